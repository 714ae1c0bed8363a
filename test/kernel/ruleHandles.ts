import { must } from './run.ts'

/** The number of each rule in its chain, by the handle its trace names: "4 nat:OUTPUT 0x3". */
export type RuleHandles = ReadonlyMap<string, number>

interface Listed {
  readonly nftables: readonly { readonly rule?: { readonly family: string; readonly table: string; readonly chain: string; readonly handle: number } }[]
}

export const handleKey = (family: string, place: string, handle: string): string => `${family} ${place} ${handle}`

/** The rules of a namespace as the kernel numbers them. */
export async function ruleHandles(namespace: string): Promise<RuleHandles> {
  const listed: Listed = JSON.parse(await must(namespace, ['nft', '-j', '-a', 'list', 'ruleset']))
  const numbers = new Map<string, number>()
  const counts = new Map<string, number>()
  for (const { rule } of listed.nftables) {
    if (!rule) continue
    const chain = `${rule.family} ${rule.table}:${rule.chain}`
    const number = (counts.get(chain) ?? 0) + 1
    counts.set(chain, number)
    numbers.set(handleKey(rule.family === 'ip6' ? '6' : '4', `${rule.table}:${rule.chain}`, `0x${rule.handle.toString(16)}`), number)
  }
  return numbers
}
