import type { Family } from '../../src/net/address.ts'
import { BUILTIN_CHAINS, TABLES } from '../../src/netfilter/table.ts'
import type { Backend } from './labRun.ts'
import { mustNow } from './run.ts'

/** Rules for iptables-restore, of one family. */
export interface RestoreInput {
  readonly family: Family
  readonly text: string
}

/** What iptables-save printed once the rules were loaded, or why they were refused. */
export type LoadedRules = { readonly saved: string } | { readonly refused: string }

const BATCH = 50
const MARK = '=== loaded'
const REFUSED = '=== refused'

const EMPTY = TABLES.filter((table) => table !== 'security').map((table) => [`*${table}`, ...BUILTIN_CHAINS[table].map((chain) => `:${chain} ACCEPT [0:0]`), 'COMMIT\n'].join('\n')).join('')

/** Loads each rule set into the namespace, by itself, and saves it again; one shell does many of them. */
export function loadAndSave(namespace: string, backend: Backend, inputs: readonly RestoreInput[]): LoadedRules[] {
  const batches = Array.from({ length: Math.ceil(inputs.length / BATCH) }, (_, i) => inputs.slice(i * BATCH, (i + 1) * BATCH))
  return batches.flatMap((batch) => {
    const out = mustNow(namespace, ['sh'], batch.map((input) => script(input, backend)).join(''))
    return out.split(`${MARK}\n`).slice(1).map((saved) => (saved.includes(REFUSED) ? { refused: saved } : { saved }))
  })
}

function script({ family, text }: RestoreInput, backend: Backend): string {
  const program = `${family === 4 ? 'iptables' : 'ip6tables'}-${backend}`
  const clear = backend === 'nft' ? 'nft flush ruleset\n' : `${program}-restore <<'END'\n${EMPTY}END\n`
  return `echo '${MARK}'\n${clear}${program}-restore 2>&1 <<'END' || echo '${REFUSED}'\n${text}END\n${program}-save\n`
}
