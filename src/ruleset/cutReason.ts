import { BUILTIN_CHAINS } from '../netfilter/table.ts'
import type { TableName } from '../netfilter/table.ts'
import type { TableBuilder } from './tableBuilder.ts'

/** Why a table's text cannot be all of it; null when nothing is seen to be missing. */
export function cutReason(builder: TableBuilder, table: TableName, end: 'committed' | 'open'): string | null {
  const { form } = builder.origin
  if (form === 'save') return end === 'open' ? 'the text ends before COMMIT' : null
  if (form !== 'listing') return null
  const unshown = builder.unshownChains()
  if (unshown.length > 0) return `${unshown.join(', ')} ${unshown.length === 1 ? 'is' : 'are'} jumped to but not shown`
  const lacking = builder.lackingReferences()
  if (lacking.length > 0) return `the listing says ${lacking.join(', ')} ${lacking.length === 1 ? 'is' : 'are'} jumped to more often than its text shows`
  // `iptables -L CHAIN` lists one chain only; two of them are a listing that should have all.
  const shown = BUILTIN_CHAINS[table].filter((chain) => builder.has(chain))
  const absent = BUILTIN_CHAINS[table].filter((chain) => !builder.has(chain))
  return shown.length > 1 && absent.length > 0 ? `the listing lacks ${absent.join(', ')}` : null
}
