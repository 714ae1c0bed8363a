import type { Family } from '../../net/address.ts'
import type { Behaviour } from '../changes.ts'
import type { Generated } from '../generate.ts'
import { RuleList } from '../ruleList.ts'
import type { AmbientConfig } from './ambientConfig.ts'
import type { AmbientSection } from './ambientSection.ts'
import { hostRules } from './hostRules.ts'
import { podRules } from './podRules.ts'

/** Makes the rules istio-cni puts into an ambient pod, or on its node. */
export function generateAmbient(config: AmbientConfig, behaviour: Behaviour, family: Family): Generated {
  const rules = new RuleList('silent')
  const handled = family === 4 || config.ipv6
  if (handled) {
    const each = section(config, behaviour, family, rules)
    if (config.scope === 'host') hostRules(each)
    else podRules(each)
  }
  return { family, commands: rules.commands, routes: handled && config.scope === 'pod' ? routes(family) : [] }
}

function section(config: AmbientConfig, behaviour: Behaviour, family: Family, rules: RuleList): AmbientSection {
  return {
    config, behaviour, family, rules,
    probe: probeAddress(config, behaviour, family),
    loopback: family === 4 ? '127.0.0.1/32' : '::1/128',
    dns: config.podDns === 'unset' || !behaviour.has('ambient-virtual-interfaces') ? config.redirectDns : config.podDns === 'enabled',
    tproxy: behaviour.has('ambient-tproxy-only') || (behaviour.has('ambient-tproxy-setting') && config.tproxy),
  }
}

/** Up to 1.23 one address served both families, so one of them got a rule its iptables refuses. */
function probeAddress(config: AmbientConfig, behaviour: Behaviour, family: Family): string | null {
  const own = family === 4 ? config.probeV4 : config.probeV6
  if (behaviour.has('ambient-probe-per-family')) return own
  return config.probeV4.includes(':') === (family === 6) ? config.probeV4 : null
}

/** By netlink: cni/pkg/iptables/iptables_linux.go AddInpodMarkIPRule, AddLoopbackRoutes. */
const routes = (family: Family): string[] => {
  const inet = family === 6 ? 'inet6' : 'inet'
  return [`ip -f ${inet} rule add fwmark 0x111/0xfff pref 32764 lookup 100`, `ip -f ${inet} route add local default dev lo table 100`]
}
