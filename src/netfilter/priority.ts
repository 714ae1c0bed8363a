import type { Hook } from './hook.ts'
import { BUILTIN_CHAINS } from './table.ts'
import type { TableName } from './table.ts'

/** What runs at a hook: a table, or conntrack's own two steps. */
export type HookStep = TableName | 'conntrack' | 'confirm'

/** nat's place depends on which half of the tuple it rewrites there. */
const natPriority = (hook: Hook): number => (hook === 'PREROUTING' || hook === 'OUTPUT' ? -100 : 100)

/** Which of iptables' two implementations loaded the rules. */
export type Backend = 'legacy' | 'nft'

/** include/uapi/linux/netfilter_ipv4.h, enum nf_ip_hook_priorities; IPv6 has the same numbers. */
const PRIORITY: Readonly<Record<Exclude<HookStep, 'nat' | 'security'>, number>> = {
  raw: -300,
  conntrack: -200,
  mangle: -150,
  filter: 0,
  confirm: 0x7fffffff,
}

/** NF_IP_PRI_SECURITY, and what iptables-nft registers instead (xtables_ipv4 in iptables/nft.c): behind nat's INPUT, not before it. */
const SECURITY_PRIORITY: Readonly<Record<Backend, number>> = { legacy: 50, nft: 150 }

const CONNTRACK_STEPS: Readonly<Record<'conntrack' | 'confirm', readonly Hook[]>> = {
  conntrack: ['PREROUTING', 'OUTPUT'],
  confirm: ['INPUT', 'POSTROUTING'],
}

function stepsOf(hook: Hook, backend: Backend): readonly HookStep[] {
  const tables = (['raw', 'mangle', 'nat', 'filter', 'security'] as const).filter((table) => BUILTIN_CHAINS[table].includes(hook))
  const tracking = (['conntrack', 'confirm'] as const).filter((step) => CONNTRACK_STEPS[step].includes(hook))
  const priority = (step: HookStep): number => (step === 'nat' ? natPriority(hook) : step === 'security' ? SECURITY_PRIORITY[backend] : PRIORITY[step])
  return [...tables, ...tracking].sort((x, y) => priority(x) - priority(y))
}

const stepsAt = (backend: Backend): Readonly<Record<Hook, readonly HookStep[]>> => ({
  PREROUTING: stepsOf('PREROUTING', backend),
  INPUT: stepsOf('INPUT', backend),
  FORWARD: stepsOf('FORWARD', backend),
  OUTPUT: stepsOf('OUTPUT', backend),
  POSTROUTING: stepsOf('POSTROUTING', backend),
})

/** The one list of what runs at each hook, in order; the engine, the docs and the diagrams read it. */
export const STEPS: Readonly<Record<Backend, Readonly<Record<Hook, readonly HookStep[]>>>> = { legacy: stepsAt('legacy'), nft: stepsAt('nft') }
