import type { LabCase } from './labCase.ts'
import type { Lab } from './lab.ts'
import { runCase } from './runCase.ts'
import type { Disagreement } from './disagreement.ts'
import { firstDisagreement } from './firstDisagreement.ts'

/** Runs a case again; null if the sides agree. */
export async function disagreement(lab: Lab, labCase: LabCase): Promise<Disagreement | null> {
  const { attempts } = await runCase(lab, labCase, 'first')
  return firstDisagreement(labCase, attempts)
}

/** All cases with one thing less, the big steps first. */
function* smaller(labCase: LabCase): Generator<LabCase> {
  const { rules } = labCase
  for (let size = rules.length >> 1; size >= 1; size >>= 1) {
    for (let at = 0; at + size <= rules.length; at += size) yield { ...labCase, rules: rules.toSpliced(at, size) }
  }
  if (labCase.dropping.length > 0) yield { ...labCase, dropping: [] }
  for (const each of labCase.sysctls) yield { ...labCase, sysctls: labCase.sysctls.filter((other) => other !== each) }
  for (const [at, rule] of rules.entries()) {
    for (const spec of withoutOneMatch(rule.spec)) yield { ...labCase, rules: rules.with(at, { ...rule, spec }) }
  }
}

/** A rule's text without one of its conditions. */
function withoutOneMatch(spec: string): string[] {
  const parts = spec.split(/ (?=(?:! )?-[sdio] |-m |-j |-g )/)
  return parts.length < 2 ? [] : parts.flatMap((part, i) => (/^-[jgp] /.test(part) ? [] : [parts.toSpliced(i, 1).join(' ')]))
}

/** The least case with the same kind of disagreement that can be found until then. */
export async function minimal(lab: Lab, found: Disagreement, until: number): Promise<Disagreement> {
  let least = found
  for (let going = true; going && Date.now() < until;) {
    going = false
    for (const labCase of smaller(least.labCase)) {
      if (Date.now() >= until) break
      const still = await disagreement(lab, labCase)
      if (!still) continue
      least = still
      going = true
      break
    }
  }
  return least
}
