import { targetExtension } from '../extensions/registry.ts'
import type { Diagnostic } from '../netfilter/diagnostic.ts'
import { isHook } from '../netfilter/hook.ts'
import type { Ruleset, Table } from '../netfilter/ruleset.ts'
import { chainShape } from './chainShape.ts'
import { jumpedTo } from './jumpedTo.ts'
import { printRule } from './print.ts'

/** What is wrong with how chains refer to each other and where targets stand: what the kernel would refuse, or nobody meant. */
export function link(ruleset: Ruleset): readonly Diagnostic[] {
  return ruleset.tables.flatMap((table) => [...missingChains(table), ...shapes(table), ...misplacedTargets(table), ...rulesTwice(table)])
}

function missingChains(table: Table): Diagnostic[] {
  const names = new Set(table.chains.map((chain) => chain.name))
  return table.chains.flatMap((chain) =>
    chain.rules.flatMap((rule): Diagnostic[] => {
      const to = jumpedTo(rule)
      if (to === null || names.has(to)) return []
      return [{ code: 'missing-chain', severity: 'warning', message: `${table.name}: ${chain.name} jumps to ${to}, which is neither a chain of this text nor a target known here; what it does is unknown`, span: rule.span ?? null }]
    }),
  )
}

/** A loop that a base chain reaches is refused by the kernel (nf_tables: EMLINK; ip_tables mark_source_chains: ELOOP). */
function shapes(table: Table): Diagnostic[] {
  const { backJumps, depth } = chainShape(table)
  const found = backJumps.map(({ chain, rule, to }): Diagnostic => ({ code: 'chain-loop', severity: 'warning', message: `${table.name}: ${chain} jumps to ${to}, through which it is reached: the kernel refuses to load such a loop, so what happens there is unknown`, span: rule.span ?? null }))
  if (depth <= NFT_JUMPS) return found
  return [...found, { code: 'deep-chains', severity: 'info', message: `${table.name}: its chains are ${depth} jumps deep; iptables-legacy loads that, iptables-nft refuses more than ${NFT_JUMPS}`, span: null }]
}

/** NFT_JUMP_STACK_SIZE is 16, the base chain among them. */
const NFT_JUMPS = 15

function misplacedTargets(table: Table): Diagnostic[] {
  return table.chains.flatMap((chain) =>
    chain.rules.flatMap((rule): Diagnostic[] => {
      if (rule.target?.kind !== 'extension') return []
      const allowed = targetExtension(rule.target.name)?.tables
      if (!allowed || allowed.includes(table.name)) return []
      return [{ code: 'misplaced-target', severity: 'warning', message: `${rule.target.name} is valid in ${allowed.join(', ')} only, not in ${table.name}: the kernel refuses this rule`, span: rule.span ?? null }]
    }),
  )
}

/** Two programs that each put the same jump into a built-in chain, or one that ran twice. */
function rulesTwice(table: Table): Diagnostic[] {
  return table.chains.filter(({ name }) => isHook(name)).flatMap((chain) => {
    const seen = new Map<string, number>()
    return chain.rules.flatMap((rule, i): Diagnostic[] => {
      const text = jumpedTo(rule) === null ? null : printRule(rule)
      const first = text === null ? undefined : seen.get(text)
      if (text !== null && first === undefined) seen.set(text, i + 1)
      if (text === null || first === undefined) return []
      return [{ code: 'rule-twice', severity: 'info', message: `${table.name}: rule ${i + 1} of ${chain.name} says the same as rule ${first} (${text}): two programs wrote it, or one ran twice`, span: rule.span ?? null }]
    })
  })
}
