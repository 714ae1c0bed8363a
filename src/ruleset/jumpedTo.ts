import type { Rule } from '../netfilter/ruleset.ts'

/** The chain a rule jumps or goes to; null for any other target. */
export const jumpedTo = ({ target }: Pick<Rule, 'target'>): string | null => (target && 'chain' in target ? target.chain : null)
