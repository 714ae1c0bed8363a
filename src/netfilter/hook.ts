/**
 * The five points at which netfilter looks at a packet (include/uapi/linux/netfilter.h).
 *
 *   in ─► PREROUTING ─► route ─► FORWARD ─► POSTROUTING ─► out
 *                         │                      ▲
 *                         ▼                      │
 *                       INPUT                  OUTPUT
 *                         │                      ▲
 *                         └──► local process ────┘
 */
export type Hook = 'PREROUTING' | 'INPUT' | 'FORWARD' | 'OUTPUT' | 'POSTROUTING'

export const HOOKS: readonly Hook[] = ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING']

export const isHook = (name: string): name is Hook => HOOKS.some((hook) => hook === name)
