import type { Distinction } from '../extensions/distinction.ts'
import { ipDistinctions } from '../extensions/ip.ts'
import { matchExtension, targetExtension } from '../extensions/registry.ts'
import type { Conditions, Match, Rule } from '../netfilter/ruleset.ts'

/** Which packets each test of a compiled rule tells apart, in the order of its tests (compile.ts); behind them what its target looks at. */
export function ruleDistinctions(rule: Rule): readonly (readonly Distinction[])[] {
  const own = ofConditions(rule)
  return [...(rule.alternatives ? [[own, ...rule.alternatives.map(ofConditions)].flat(2)] : own), ofTarget(rule)]
}

function ofTarget({ target }: Rule): readonly Distinction[] {
  return target?.kind === 'extension' ? (targetExtension(target.name)?.region?.(target.info) ?? []) : []
}

const ofConditions = ({ ip, matches }: Conditions): readonly (readonly Distinction[])[] => [...ipDistinctions(ip), ...matches.map(ofMatch)]

function ofMatch(match: Match): readonly Distinction[] {
  const extension = 'verbatim' in match ? null : matchExtension(match.name)
  return extension && !('verbatim' in match) ? (extension.region?.(match.info) ?? []) : []
}
