import { targetExtension } from '../extensions/registry.ts'
import type { Diagnostic } from '../netfilter/diagnostic.ts'
import { isHook } from '../netfilter/hook.ts'
import type { Chain, Rule, Ruleset, Table } from '../netfilter/ruleset.ts'

/** What is wrong with how chains refer to each other and where targets stand: what the kernel would refuse. */
export function link(ruleset: Ruleset): readonly Diagnostic[] {
  return ruleset.tables.flatMap((table) => [...missingChains(table), ...loops(table), ...misplacedTargets(table)])
}

const chainOf = (rule: Rule): string | null => (rule.target?.kind === 'jump' || rule.target?.kind === 'goto' ? rule.target.chain : null)

function missingChains(table: Table): Diagnostic[] {
  const names = new Set(table.chains.map((chain) => chain.name))
  return table.chains.flatMap((chain) =>
    chain.rules.flatMap((rule): Diagnostic[] => {
      const to = chainOf(rule)
      if (to === null || names.has(to)) return []
      return [{ code: 'missing-chain', severity: 'warning', message: `${table.name}: ${chain.name} jumps to ${to}, which is neither a chain of this text nor a target known here; what it does is unknown`, span: rule.span ?? null }]
    }),
  )
}

/** A loop that a base chain reaches is refused by the kernel (nf_tables: EMLINK; ip_tables mark_source_chains: ELOOP). */
function loops(table: Table): Diagnostic[] {
  const chains = new Map(table.chains.map((chain) => [chain.name, chain]))
  const found: Diagnostic[] = []
  const done = new Set<string>()
  const visit = (chain: Chain, path: readonly string[]): void => {
    if (done.has(chain.name)) return
    for (const rule of chain.rules) {
      const to = chainOf(rule)
      const next = to === null ? undefined : chains.get(to)
      if (!next) continue
      if (next.name === chain.name || path.includes(next.name)) {
        found.push({ code: 'chain-loop', severity: 'warning', message: `${table.name}: the chains ${[...path.slice(path.indexOf(next.name)), chain.name, next.name].filter(unique).join(' -> ')} loop; the kernel refuses to load that`, span: rule.span ?? null })
      } else visit(next, [...path, chain.name])
    }
    done.add(chain.name)
  }
  for (const chain of table.chains) if (isHook(chain.name)) visit(chain, [])
  return found
}

const unique = (name: string, i: number, all: readonly string[]): boolean => i === 0 || all[i - 1] !== name

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
