import { MATCHES, TARGETS } from '../../src/extensions/registry.ts'
import type { TraceStep } from '../../src/netfilter/traceEvent.ts'
import type { AttemptReport } from './attemptReport.ts'
import type { CaseReport } from './runCase.ts'
import type { LabCase } from './labCase.ts'

/** How often a match held and did not, a target was reached and was not. */
interface Ways {
  hit: number
  missed: number
}

const count = (map: Map<string, Ways>, name: string, way: keyof Ways): void => {
  const ways = map.get(name) ?? { hit: 0, missed: 0 }
  ways[way] += 1
  map.set(name, ways)
}

const shown = (map: ReadonlyMap<string, Ways>): string => [...map].sort(([a], [b]) => a.localeCompare(b)).map(([name, { hit, missed }]) => `${name} ${hit}/${missed}`).join(', ')

/** What a campaign has looked at. */
export class Coverage {
  private readonly sets = new Map<string, { sets: number; made: number; captured: number }>()
  refused = 0
  connections = 0
  captured = 0
  packets = 0
  traced = 0
  forked = 0
  disagreements = 0
  flaky = 0
  endless = 0
  private readonly results = new Map<string, number>()
  private readonly matches = new Map<string, Ways>()
  private readonly targets = new Map<string, Ways>()

  add(labCase: LabCase, { attempts, refused }: CaseReport): void {
    if (refused !== null) {
      this.refused += 1
      return
    }
    const { kind, mode, family, backend } = labCase
    const name = `${kind} ${mode} IPv${family} ${backend}`
    const share = this.sets.get(name) ?? { sets: 0, made: 0, captured: 0 }
    this.sets.set(name, share)
    share.sets += 1
    for (const attempt of attempts) {
      this.attempt(attempt)
      share.made += 1
      if (attempt.outcomes[0]?.outcome.captured === true) share.captured += 1
    }
  }

  private attempt({ run, outcomes, comparison }: AttemptReport): void {
    this.connections += 1
    this.packets += comparison.packets
    if (run.packets !== null) this.traced += 1
    if (run.endless) this.endless += 1
    if (outcomes.length > 1) this.forked += 1
    this.results.set(run.result, (this.results.get(run.result) ?? 0) + 1)
    const [first] = outcomes
    if (first?.outcome.captured === true) this.captured += 1
    for (const { step } of first?.events ?? []) this.step(step)
  }

  private step(step: TraceStep): void {
    if (step.kind === 'ruleMatched') {
      for (const { name } of step.place.rule.matches) count(this.matches, name, 'hit')
      if (step.target !== null) count(this.targets, 'target' in step.place.rule && step.place.rule.target?.kind === 'extension' ? step.target : 'jump', 'hit')
    } else if (step.kind === 'ruleMissed') {
      const missed = /^-m (\S+)/.exec(step.asked)?.[1]
      if (missed !== undefined) count(this.matches, missed, 'missed')
      const { target } = step.place.rule
      if (target?.kind === 'extension') count(this.targets, target.name, 'missed')
    }
  }

  get ruleSets(): number {
    return [...this.sets.values()].reduce((sum, { sets }) => sum + sets, 0)
  }

  private unseen(): string {
    const both = (map: ReadonlyMap<string, Ways>, name: string): boolean => (map.get(name)?.hit ?? 0) > 0 && (map.get(name)?.missed ?? 0) > 0
    const matches = MATCHES.map(({ name }) => name).filter((name) => !both(this.matches, name))
    const targets = TARGETS.map(({ name }) => name).filter((name) => !both(this.targets, name))
    return `not met both ways: matches ${matches.join(' ')}; targets ${targets.join(' ')}`
  }

  summary(): string {
    const share = this.connections === 0 ? 0 : Math.round((100 * this.captured) / this.connections)
    return `${this.ruleSets} rule sets (${this.refused} refused by the kernel), ${this.connections} connections (${share} % captured, ${this.traced} traced, ${this.forked} with several outcomes), ${this.packets} packets compared, ${this.disagreements} disagreements, ${this.flaky} that did not come again, ${this.endless} without end`
  }

  details(): string {
    return [
      [...this.sets].sort(([a], [b]) => a.localeCompare(b)).map(([name, { sets, made, captured }]) => `${name}: ${sets} (${Math.round((100 * captured) / Math.max(1, made))} %)`).join(', '), [...this.results].map(([name, n]) => `${name} ${n}`).join(', '),
      `matches (held/not): ${shown(this.matches)}`, `targets (reached/not): ${shown(this.targets)}`, this.unseen(),
    ].join('\n')
  }
}
