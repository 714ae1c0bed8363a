import { differences, kindsOf, outcomesText, printable, printRule, regionText, walkerOf } from '../core.ts'
import type { Differences } from '../core.ts'
import { EMPTY_FORM, formOf } from './connectionForm.ts'
import type { DifferencesAnswer, DifferenceView } from './protocol.ts'
import type { LoadedSide } from './readSide.ts'
import { givenBy } from './walkSide.ts'

/** Every connection that two sides treat differently. Where one side tells nothing of its namespace, it is that of the other. */
export function differencesOf(a: LoadedSide, b: LoadedSide, podIp: string): DifferencesAnswer {
  const form = { ...EMPTY_FORM, podIp }
  const [before, after] = [[a, b], [b, a]].map(([own, other]) => own && other && walkerOf({ state: own.state ?? { rulesets: [], dumps: [] }, facts: own.facts.interfaces === null ? other.facts : own.facts, given: givenBy(own, form) }))
  if (!before || !after) return { found: [], inexact: [], assumptions: [] }
  const found = differences(kindsOf([a, b].flatMap(({ state }) => state?.rulesets ?? [])), before, after)
  return { found: found.found.map(differenceView), inexact: found.inexact.map(printable), assumptions: [...new Set([...before.assumptions(), ...after.assumptions()].map(({ code, message }) => printable(`${code}: ${message}`)))] }
}

const differenceView = ({ region, before, after, witness, because }: Differences['found'][number]): DifferenceView => ({
  region: regionText(region), was: outcomesText(before, witness), now: outcomesText(after, witness),
  because: because.map(({ side, table, chain, number, rule }) => ({ side, text: printable(`${table} ${chain} ${number}: ${printRule(rule)}`) })),
  witness: formOf(witness, { podIp: '', istio: '' }),
})
