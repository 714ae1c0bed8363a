import type { Because } from '../netfilter/ruleset.ts'
import { BUILTIN_CHAINS } from '../netfilter/table.ts'
import type { EffectiveRules, EffectiveTable } from './apply.ts'

/** One line of iptables-restore text; a rule says why it is there. */
export interface RestoreLine {
  readonly text: string
  readonly because: Because | null
}

/** The rules as iptables-restore reads them, with user-defined chains in the order iptables-save lists them. */
export const restoreLines = ({ tables }: EffectiveRules): RestoreLine[] => tables.flatMap(tableLines)

export const restoreText = (rules: EffectiveRules): string => restoreLines(rules).map(({ text }) => `${text}\n`).join('')

function tableLines({ table, chains, rules }: EffectiveTable): RestoreLine[] {
  const builtin = BUILTIN_CHAINS[table]
  const own = [...chains].sort()
  const order = [...builtin, ...own]
  const sorted = order.flatMap((chain) => rules.filter((rule) => rule.chain === chain))
  return [
    { text: `*${table}`, because: null },
    ...builtin.map((chain) => ({ text: `:${chain} ACCEPT [0:0]`, because: null })),
    ...own.map((chain) => ({ text: `:${chain} - [0:0]`, because: null })),
    ...sorted.map(({ chain, spec, because }) => ({ text: `-A ${chain} ${spec}`, because })),
    { text: 'COMMIT', because: null },
  ]
}
