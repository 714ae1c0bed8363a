import { because } from '../configuration.ts'
import type { Given } from '../configuration.ts'
import { items } from './section.ts'
import type { Section } from './section.ts'

type OwnerKind = 'uid' | 'gid'

/** What the proxy itself sends is spared, and what it sends to the pod over lo is taken as inbound (run.go Run). */
export function proxyOwners(section: Section): void {
  const { config, behaviour } = section
  if (behaviour.has('loopback-without-owner')) loopbackForAll(section)
  for (const uid of items(config.text.proxyUid.value, behaviour)) owner(section, 'uid', { value: uid, from: config.text.proxyUid.from })
  for (const gid of items(config.text.proxyGid.value, behaviour)) owner(section, 'gid', { value: gid, from: config.text.proxyGid.from })
}

function loopbackForAll({ config, rules, loopback, family }: Section): void {
  if (family === 4 && config.text.noLoopbackRedirect.value !== '') return
  rules.append('nat', 'ISTIO_OUTPUT', `-o lo ! -d ${loopback} -j ISTIO_IN_REDIRECT`, { note: 'connections of the pod to itself go through the inbound side of Envoy; this version does so for every sender' })
}

function owner(section: Section, kind: OwnerKind, id: Given<string>): void {
  const { behaviour, rules } = section
  const match = `--${kind}-owner ${id.value}`
  if (!behaviour.has('loopback-without-owner')) {
    rules.append('nat', 'ISTIO_OUTPUT', `-o lo ! -d ${section.loopback} ${sparedPorts(section, kind)}-m owner ${match} -j ISTIO_IN_REDIRECT`, because('Envoy calling the pod itself over lo enters by the inbound side', id))
    if (appReturns(section)) rules.append('nat', 'ISTIO_OUTPUT', `-o lo ${section.dns && behaviour.has('dns-redirect') ? '-p tcp ! --dport 53 ' : ''}-m owner ! ${match} -j RETURN`, because('the app calling itself over lo is not captured', id))
  }
  rules.append('nat', 'ISTIO_OUTPUT', `-m owner ${match} -j RETURN`, because('what Envoy sends is not captured again', id))
}

/** A loopback range in -i asks for the app's own loopback calls; the old IPv6 code did not look (run.go HasLoopBackIP). */
const appReturns = ({ config, behaviour, reduced }: Section): boolean => reduced || !behaviour.has('loopback-range') || !config.include.loopback

/** Ports that are not taken as inbound though Envoy sends to them over lo: DNS (uid rule only) and the tunnel. */
function sparedPorts({ config, behaviour, dns }: Section, kind: OwnerKind): string {
  const tunnel = config.text.inboundTunnelPort.value
  const dnsToo = dns && kind === 'uid' && behaviour.has('dns-redirect')
  if (!behaviour.has('tunnel-port-on-loopback')) return dnsToo ? '-p tcp ! --dport 53 ' : ''
  return dnsToo ? `-p tcp -m multiport ! --dports 53,${tunnel} ` : `-p tcp ! --dport ${tunnel} `
}
