import { because } from '../configuration.ts'
import type { Given, IstioConfig } from '../configuration.ts'
import { sparedGroups } from './ownerGroups.ts'
import { items } from './section.ts'
import type { Section } from './section.ts'

/** Destinations whose DNS is captured: every server, or the pod's nameservers of this family. */
function servers({ config, family }: Section): string[] {
  if (config.on.captureAllDns.value) return ['']
  return config.nameservers[family].map((server) => `${server}/${family === 4 ? 32 : 128}`)
}

const asked = (config: IstioConfig): Given<boolean> => config.on.redirectDns

/** -p proto --dport 53 [-d server] */
const query = (protocol: 'tcp' | 'udp', server: string): string => `-p ${protocol} --dport 53${server && ` -d ${server}`}`

const owners = ({ config, behaviour }: Section): string[] => [
  ...items(config.text.proxyUid.value, behaviour).map((id) => `--uid-owner ${id}`),
  ...items(config.text.proxyGid.value, behaviour).map((id) => `--gid-owner ${id}`),
]

/** DNS inside ISTIO_OUTPUT: TCP up to 1.24, and from 1.25 the jump to ISTIO_OUTPUT_DNS with all that is behind it. */
export function dnsInOutput(section: Section): void {
  const { config, behaviour, rules, dns } = section
  if (!dns || !behaviour.has('dns-redirect')) return
  if (behaviour.has('dns-chain')) dnsChain(section)
  else for (const server of servers(section)) rules.append('nat', 'ISTIO_OUTPUT', `${query('tcp', server)} -j REDIRECT --to-ports 15053`, because('DNS over TCP goes to the agent', asked(config)))
}

/** 1.25.0 capture/run.go SetupDNSRedir. */
function dnsChain(section: Section): void {
  const { config, rules } = section
  const why = because('DNS is captured', asked(config))
  rules.append('raw', 'OUTPUT', '-j ISTIO_OUTPUT_DNS', why)
  if (servers(section).length > 0) rules.append('nat', 'ISTIO_OUTPUT', '-j ISTIO_OUTPUT_DNS', why)
  for (const server of servers(section)) rules.append('nat', 'ISTIO_OUTPUT_DNS', `${query('tcp', server)} -j REDIRECT --to-ports 15053`, because('DNS over TCP goes to the agent', asked(config)))
  for (const server of servers(section)) rules.append('nat', 'ISTIO_OUTPUT_DNS', `${query('udp', server)} -j REDIRECT --to-port 15053`, because('DNS over UDP goes to the agent', asked(config)))
  if (servers(section).length > 0) rules.append('raw', 'PREROUTING', '-j ISTIO_INBOUND', why)
  dnsZones(section, { output: 'ISTIO_OUTPUT_DNS', prerouting: 'ISTIO_INBOUND' })
}

/** UDP DNS up to 1.24, made after all other nat rules. */
export function dnsUdp(section: Section): void {
  const { config, behaviour, rules, dns, family } = section
  if (behaviour.has('dns-udp-to-envoy') && family === 4) dnsToEnvoy(section)
  if (!dns || behaviour.has('dns-chain')) return
  const chain = behaviour.has('dns-udp-in-istio-output') ? 'ISTIO_OUTPUT' : 'OUTPUT'
  const why = because('DNS over UDP is captured', asked(config))
  if (chain === 'ISTIO_OUTPUT') for (const table of ['nat', 'raw'] as const) rules.append(table, 'OUTPUT', '-p udp -j ISTIO_OUTPUT', why)
  for (const owner of owners(section)) rules.append('nat', chain, `-p udp --dport 53 -m owner ${owner} -j RETURN`, because('DNS the agent or Envoy sends itself is not captured', asked(config)))
  for (const spared of sparedGroups(section)) rules.append('nat', chain, `-p udp --dport 53 ${spared.match}-j RETURN`, spared.because)
  if (behaviour.has('dns-udp-dnat')) dnsByDnat(section)
  else for (const server of servers(section)) rules.append('nat', chain, `${query('udp', server)} -j REDIRECT --to-port 15053`, because('DNS over UDP goes to the agent', asked(config)))
  if (behaviour.has('dns-zones')) dnsZones(section, { output: chain, prerouting: 'PREROUTING' })
}

/** 1.6.0 cmd/run.go: only the gid is spared, and only UDP is captured. */
function dnsToEnvoy({ config, behaviour, rules }: Section): void {
  const setting = config.text.dnsToEnvoy
  if (setting.value === '') return
  for (const gid of items(config.text.proxyGid.value, behaviour)) rules.append('nat', 'OUTPUT', `-p udp --dport 53 -m owner --gid-owner ${gid} -j RETURN`, because('DNS Envoy sends itself is not captured', setting))
  rules.append('nat', 'OUTPUT', '-p udp --dport 53 -j REDIRECT --to-ports 15013', because('DNS over UDP goes to Envoy', setting))
}

/** 1.8.0 cmd/run.go:366-490. */
function dnsByDnat({ config, rules }: Section): void {
  rules.append('nat', 'OUTPUT', '-p udp --dport 53 -j DNAT --to-destination 127.0.0.1:15053', because('DNS over UDP goes to the agent', asked(config)))
  rules.append('nat', 'POSTROUTING', '-p udp --dport 15053 -j SNAT --to-source 127.0.0.1', because("the agent's answer finds its way back over lo", asked(config)))
}

/** Zone 1 holds what passes between proxy and resolver, zone 2 between app and agent: they would collide otherwise (capture/run.go addConntrackZoneDNSUDP). */
function dnsZones(section: Section, chains: { readonly output: string; readonly prerouting: string }): void {
  const { config, behaviour, rules } = section
  const upstream = because('queries of the agent and their answers are tracked apart (zone 1)', asked(config))
  const client = because('queries of the app and their answers are tracked apart (zone 2)', asked(config))
  for (const owner of owners(section)) {
    rules.append('raw', chains.output, `-p udp --dport 53 -m owner ${owner} -j CT --zone 1`, upstream)
    rules.append('raw', chains.output, `-p udp --sport 15053 -m owner ${owner} -j CT --zone 2`, client)
  }
  const side = behaviour.has('dns-reply-by-source') ? '-s' : '-d'
  for (const server of servers(section)) {
    rules.append('raw', chains.output, `${query('udp', server)} -j CT --zone 2`, client)
    rules.append('raw', chains.prerouting, `-p udp --sport 53${server && ` ${side} ${server}`} -j CT --zone 1`, upstream)
  }
}
