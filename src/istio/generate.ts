import type { Family } from '../net/address.ts'
import type { Behaviour } from './changes.ts'
import type { IstioConfig } from './configuration.ts'
import { RuleList } from './ruleList.ts'
import type { Command } from './ruleList.ts'
import { closedV6 } from './sidecar/closedV6.ts'
import { dnsInOutput, dnsUdp } from './sidecar/dns.ts'
import { dropInvalid } from './sidecar/dropInvalid.ts'
import { inbound } from './sidecar/inbound.ts'
import { excludeInterfaces, kubeVirtReturn } from './sidecar/interfaces.ts'
import { outboundExclusions, outboundPorts, outboundRanges, outboundStart } from './sidecar/outbound.ts'
import { ownerGroups } from './sidecar/ownerGroups.ts'
import { proxyOwners } from './sidecar/proxyOwners.ts'
import { redirectChains } from './sidecar/redirectChains.ts'
import { routes } from './sidecar/routes.ts'
import type { Section } from './sidecar/section.ts'
import { tproxyMarks } from './sidecar/tproxy.ts'

/** All that istio-iptables does for one family, in its order. */
export interface Generated {
  readonly family: Family
  readonly commands: readonly Command[]
  readonly routes: readonly string[]
}

/** Makes the rules of a sidecar: one description for every version, what differs being asked of `behaviour` (run.go Run). */
export function generate(config: IstioConfig, behaviour: Behaviour, family: Family): Generated {
  const rules = new RuleList(config.on.traceLogging.value && behaviour.has('trace-logging') ? 'nflog' : 'silent')
  if (!makesNothing(config)) {
    if (family === 4 || config.ipv6.value) sidecar(section(config, behaviour, family, rules))
    else if (behaviour.has('v6-filter-closed')) closedV6(rules)
  }
  return { family, commands: rules.commands, routes: makesNothing(config) ? [] : routes(config, behaviour, family) }
}

const makesNothing = ({ on }: IstioConfig): boolean => on.skipRuleApply.value || on.cleanupOnly.value || on.nativeNftables.value

function sidecar(each: Section): void {
  const late = each.behaviour.has('kubevirt-return-late')
  excludeInterfaces(each)
  if (!late) kubeVirtReturn(each)
  dropInvalid(each)
  redirectChains(each)
  inbound(each)
  outboundStart(each)
  proxyOwners(each)
  ownerGroups(each)
  dnsInOutput(each)
  outboundExclusions(each)
  if (late) kubeVirtReturn(each)
  outboundPorts(each)
  outboundRanges(each)
  dnsUdp(each)
  tproxyMarks(each)
}

function section(config: IstioConfig, behaviour: Behaviour, family: Family, rules: RuleList): Section {
  const reduced = family === 6 && behaviour.has('v6-reduced')
  return {
    config, behaviour, family, rules, reduced,
    loopback: family === 4 ? config.text.loopbackCidr.value : '::1/128',
    passthrough: family === 4 ? '127.0.0.6/32' : '::6/128',
    tproxy: config.text.mode.value === 'TPROXY' && !reduced,
    dns: redirectsDns(config, behaviour) && !reduced,
  }
}

/** From 1.25 the flag is ignored when it would capture nothing (1.25.0 capture/run.go:311). */
function redirectsDns({ on, nameservers }: IstioConfig, behaviour: Behaviour): boolean {
  if (!on.redirectDns.value) return false
  return !behaviour.has('dns-needs-resolver') || on.captureAllDns.value || nameservers[4].length + nameservers[6].length > 0
}
