import { because } from '../configuration.ts'
import type { IstioConfig } from '../configuration.ts'
import type { Because } from '../../netfilter/ruleset.ts'
import { items } from './section.ts'
import type { Section } from './section.ts'

/** A match on owner groups whose packets return, and why. */
export interface SparedGroups {
  readonly match: string
  readonly because: Because
}

/** Groups whose connections are not captured: each one excluded, or all that are not included (config.ParseInterceptFilter). */
export function sparedGroups({ config, behaviour }: Section): SparedGroups[] {
  if (!behaviour.has('owner-groups')) return []
  const { ownerGroups, ownerGroupsExclude } = config.text
  if (ownerGroups.value === '*') {
    const why = because('connections of this group are not captured', ownerGroupsExclude)
    return items(ownerGroupsExclude.value, behaviour).map((group) => ({ match: `-m owner --gid-owner ${gid(group, config)} `, because: why }))
  }
  const none = items(ownerGroups.value, behaviour).map((group) => `-m owner ! --gid-owner ${gid(group, config)} `)
  return [{ match: none.join(''), because: because('only connections of these groups are captured', ownerGroups) }]
}

/** iptables looks the name up when the rule is made; the kernel knows numbers only. */
const gid = (group: string, config: IstioConfig): string => String(Object.hasOwn(config.groups, group) ? config.groups[group] : group)

/** run.go handleCaptureByOwnerGroup */
export function ownerGroups(section: Section): void {
  for (const spared of sparedGroups(section)) section.rules.append('nat', 'ISTIO_OUTPUT', `${spared.match}-j RETURN`, spared.because)
}
