import type { Hook } from './hook.ts'
import { BUILTIN_CHAINS } from './table.ts'
import type { TableName } from './table.ts'

/** What runs at a hook: a table, or conntrack's own two steps. */
export type HookStep = TableName | 'conntrack' | 'confirm'

/** nat's place depends on which half of the tuple it rewrites there. */
const natPriority = (hook: Hook): number => (hook === 'PREROUTING' || hook === 'OUTPUT' ? -100 : 100)

/** include/uapi/linux/netfilter_ipv4.h, enum nf_ip_hook_priorities; IPv6 has the same numbers. */
const PRIORITY: Readonly<Record<Exclude<HookStep, 'nat'>, number>> = {
  raw: -300,
  conntrack: -200,
  mangle: -150,
  filter: 0,
  security: 50,
  confirm: 0x7fffffff,
}

const CONNTRACK_STEPS: Readonly<Record<'conntrack' | 'confirm', readonly Hook[]>> = {
  conntrack: ['PREROUTING', 'OUTPUT'],
  confirm: ['INPUT', 'POSTROUTING'],
}

function stepsOf(hook: Hook): readonly HookStep[] {
  const tables = (['raw', 'mangle', 'nat', 'filter', 'security'] as const).filter((table) => BUILTIN_CHAINS[table].includes(hook))
  const tracking = (['conntrack', 'confirm'] as const).filter((step) => CONNTRACK_STEPS[step].includes(hook))
  const priority = (step: HookStep): number => (step === 'nat' ? natPriority(hook) : PRIORITY[step])
  return [...tables, ...tracking].sort((x, y) => priority(x) - priority(y))
}

/** The one list of what runs at each hook, in order; the engine, the docs and the diagrams read it. */
export const STEPS: Readonly<Record<Hook, readonly HookStep[]>> = {
  PREROUTING: stepsOf('PREROUTING'),
  INPUT: stepsOf('INPUT'),
  FORWARD: stepsOf('FORWARD'),
  OUTPUT: stepsOf('OUTPUT'),
  POSTROUTING: stepsOf('POSTROUTING'),
}
