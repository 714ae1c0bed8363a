import { because } from '../configuration.ts'
import { kubeVirtCapture } from './interfaces.ts'
import { items } from './section.ts'
import type { Section } from './section.ts'

/** The jump to ISTIO_OUTPUT and the ports that are left alone (run.go Run). */
export function outboundStart({ config, behaviour, rules, passthrough }: Section): void {
  const { outboundRanges, outboundPortsExclude } = config.text
  rules.logged('JumpOutbound').append('nat', 'OUTPUT', `${behaviour.has('output-jump-tcp') ? '-p tcp ' : ''}-j ISTIO_OUTPUT`, because('what the pod sends is looked at; what is captured of it depends on the outbound ranges', outboundRanges))
  for (const port of items(outboundPortsExclude.value, behaviour)) {
    const why = because('connections to this port are not captured', outboundPortsExclude)
    rules.append('nat', 'ISTIO_OUTPUT', `-p tcp --dport ${port} -j RETURN`, why)
    if (behaviour.has('exclude-ports-udp')) rules.append('nat', 'ISTIO_OUTPUT', `-p udp --dport ${port} -j RETURN`, why)
  }
  rules.append('nat', 'ISTIO_OUTPUT', `-o lo -s ${passthrough} -j RETURN`, { note: 'Envoy handing an inbound connection to the app (it binds this address) is not captured again' })
}

/** Loopback and the ranges that are left alone. */
export function outboundExclusions({ config, rules, family, loopback }: Section): void {
  rules.append('nat', 'ISTIO_OUTPUT', `-d ${loopback} -j RETURN`, because('calls to localhost are not captured', config.text.loopbackCidr))
  for (const cidr of config.exclude.cidrs[family]) {
    rules.append('nat', 'ISTIO_OUTPUT', `-d ${cidr} -j RETURN`, because('this outbound range is left alone', config.text.outboundRangesExclude))
  }
}

/** Ports captured wherever they lead (run.go handleOutboundPortsInclude). */
export function outboundPorts({ config, behaviour, rules, reduced }: Section): void {
  if (reduced && behaviour.has('v6-ports-missing')) return
  const setting = config.text.outboundPorts
  for (const port of items(setting.value, behaviour)) {
    rules.append('nat', 'ISTIO_OUTPUT', `-p tcp --dport ${port} -j ISTIO_REDIRECT`, because('connections to this port are captured', setting))
  }
}

/** Ranges that are captured (run.go handleOutboundIncludeRules). */
export function outboundRanges(section: Section): void {
  const { config, behaviour, rules, family } = section
  const setting = config.text.outboundRanges
  if (config.include.wildcard) {
    rules.append('nat', 'ISTIO_OUTPUT', '-j ISTIO_REDIRECT', because('all other outbound connections are captured', setting))
    kubeVirtCapture(section, null)
    return
  }
  const cidrs = config.include.cidrs[family]
  for (const cidr of cidrs) {
    kubeVirtCapture(section, cidr)
    rules.append('nat', 'ISTIO_OUTPUT', `-d ${cidr} -j ISTIO_REDIRECT`, because('this outbound range is captured', setting))
  }
  if (cidrs.length > 0 && behaviour.has('closing-return')) rules.append('nat', 'ISTIO_OUTPUT', '-j RETURN', because('nothing else is captured', setting))
}
