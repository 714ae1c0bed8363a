import { carriedOut } from '../apply.ts'
import { generateAmbient } from '../ambient/generateAmbient.ts'
import { behaviourOf } from '../changes.ts'
import type { Behaviour, ChangeId } from '../changes.ts'
import { generate } from '../generate.ts'
import type { Family } from '../../net/address.ts'
import type { TableName } from '../../netfilter/table.ts'
import type { Version } from '../version.ts'
import type { Candidate } from './candidate.ts'
import { ambientCandidateConfig, candidateConfig, knownSettings } from './candidateConfig.ts'
import type { ShownRules } from './shownRules.ts'

/** A chain as the generator fills it. */
export interface MadeChain {
  readonly family: Family
  readonly table: TableName
  readonly name: string
  readonly specs: readonly string[]
}

/** Rules that a candidate makes, as far as the dump would show them, and the versions in which it makes just these. */
export interface Making {
  readonly candidate: Candidate
  readonly versions: readonly Version[]
  readonly chains: readonly MadeChain[]
  /** How many rules stand in tables that are not shown. */
  readonly unseen: number
}

/** Keeps what the generator asks of a version: another one that answers all of it alike makes the same rules. */
class Asked implements Behaviour {
  readonly answers = new Map<ChangeId, boolean>()
  readonly version: Version

  constructor(private readonly of: Behaviour) {
    this.version = of.version
  }

  has(id: ChangeId): boolean {
    const answer = this.of.has(id)
    this.answers.set(id, answer)
    return answer
  }
}

interface Made extends Pick<Making, 'chains' | 'unseen'> {
  /** Which of the candidate's settings the version knows. */
  readonly known: string
  readonly answers: ReadonlyMap<ChangeId, boolean>
}

/** Makes the rules of candidates, as far as a dump would show them; what was made once is kept. */
export class Makings {
  private readonly made = new Map<string, Made[]>()

  constructor(private readonly shown: ShownRules) {}

  /** What a candidate makes in each of these versions. */
  of(candidate: Candidate, versions: readonly Version[]): Making[] {
    const known = this.knownOf(candidate)
    const byRules = new Map<Made, Version[]>()
    for (const version of versions) {
      const behaviour = behaviourOf(version)
      if (candidate.maker !== 'sidecar' && !behaviour.has('ambient-in-pod')) continue
      const made = this.find(candidate, behaviour, known)
      const those = byRules.get(made)
      if (those) those.push(version)
      else byRules.set(made, [version])
    }
    return [...byRules].map(([{ chains, unseen }, those]) => ({ candidate, versions: those, chains, unseen }))
  }

  /** The versions in which two candidates make the same rules. */
  alike(a: Candidate, b: Candidate, versions: readonly Version[]): Version[] {
    return this.of(a, versions).flatMap((one) => this.of(b, one.versions).flatMap((other) => (sameChains(one.chains, other.chains) ? other.versions : [])))
  }

  /** What was made of a candidate so far. */
  private knownOf({ maker, ipv6, settings }: Candidate): Made[] {
    const words = `${maker} ${ipv6} ${[...settings].join(' ')}`
    const known = this.made.get(words) ?? []
    this.made.set(words, known)
    return known
  }

  private find(candidate: Candidate, behaviour: Behaviour, all: Made[]): Made {
    const known = knownSettings(candidate, behaviour.version)
    const same = all.findLast((each) => each.known === known && answersAlike(each.answers, behaviour))
    if (same) return same
    const asked = new Asked(behaviour)
    const chains = this.shown.families.flatMap((family) => madeChains(candidate, asked, family))
    const unseen = chains.filter(({ family, table }) => !this.shown.shows(family, table)).reduce((sum, { specs }) => sum + specs.length, 0)
    const made = { chains: chains.filter(({ family, table, name }) => this.shown.wouldShow(family, table, name)), unseen, known, answers: asked.answers }
    all.push(made)
    return made
  }
}

function madeChains(candidate: Candidate, behaviour: Behaviour, family: Family): MadeChain[] {
  const { commands } = candidate.maker === 'sidecar' ? generate(candidateConfig(candidate, behaviour), behaviour, family) : generateAmbient(ambientCandidateConfig(candidate, behaviour), behaviour, family)
  return carriedOut(commands).flatMap((rules) => rules.slice(0, 1).map(({ table, chain }) => ({ family, table, name: chain, specs: rules.map(({ spec }) => spec) })))
}

function answersAlike(answers: Made['answers'], behaviour: Behaviour): boolean {
  for (const [id, answer] of answers) if (behaviour.has(id) !== answer) return false
  return true
}

const sameChains = (a: readonly MadeChain[], b: readonly MadeChain[]): boolean =>
  a.length === b.length && a.every(({ family, table, name, specs }, i) => {
    const other = b[i]
    return other?.family === family && other.table === table && other.name === name && other.specs.length === specs.length && specs.every((spec, j) => spec === other.specs[j])
  })
