import type { Family } from '../net/address.ts'
import { anyPrefix } from '../net/prefix.ts'
import type { PolicyRule, Route } from '../host/netns.ts'

/** A policy rule and the route it leads to: `ip rule add fwmark MARK lookup TABLE`, `ip route add local default dev lo table TABLE`. */
export interface PolicyRoute {
  readonly rule: PolicyRule
  readonly route: Route
}

/** What TPROXY needs beside its rules: packets of this mark are delivered here. */
export const policyRoute = (family: Family, mark: NonNullable<PolicyRule['mark']>, priority: number, table: number): PolicyRoute => ({
  rule: { family, priority, negated: false, from: null, to: null, mark, in: null, out: null, uids: null, unread: null, action: { kind: 'lookup', table, suppress: null } },
  route: { family, table, type: 'local', destination: anyPrefix(family), via: null, device: 'lo', source: null, metric: 0 },
})
