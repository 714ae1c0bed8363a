import type { Explained, Recognised, ShownRule } from '../istio/recognise/recognised.ts'
import { printRule } from '../ruleset/print.ts'

/** Of rules that are not Istio's, no more are listed; all are counted. */
const MOST_LISTED = 100

/** Whose rules a dump shows, ready for JSON.stringify. */
export function recognisedJson({ mesh, ipv6, tables, alternatives, ...way }: Recognised): Record<string, unknown> {
  return { mesh, ...explainedJson(way), ipv6, tables, alternatives: alternatives.map(explainedJson) }
}

const explainedJson = ({ versions, mode, scope, args, env, annotations, nameservers, foreign, missing, moved }: Explained): Record<string, unknown> => ({
  versions, mode, scope, args, env, annotations, nameservers, foreignRules: foreign.length, foreign: foreign.slice(0, MOST_LISTED).map(shownJson), missing, moved: moved.map(shownJson),
})

const shownJson = ({ family, table, chain, number, rule }: ShownRule): Record<string, unknown> => ({ family, table, chain, number, text: printRule(rule), file: rule.span?.file ?? null, line: rule.span?.line ?? null })
