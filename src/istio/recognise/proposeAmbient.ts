import type { Candidate, Maker, SettingKey } from './candidate.ts'
import { merged } from './evidence.ts'
import type { Evidence } from './evidence.ts'
import { isIstioChain } from './shownRules.ts'

type Proposed = readonly (readonly [SettingKey, string | null])[]

/** Settings of istio-cni that may have made the rules of an ambient pod, or of its node. */
export function proposeAmbient(evidence: Evidence): Candidate[] {
  const maker = makerOf(evidence)
  if (maker === null) return []
  const pod = maker === 'host' ? [[]] : podSettings(evidence)
  return pod.flatMap((each) => probes(evidence).map((probe): Candidate => ({
    maker, ipv6: false,
    settings: new Map([...each, ...probe, ['AMBIENT_IPV6', handlesV6(evidence)] as const].flatMap(([key, value]) => (value === null ? [] : [[key, value]]))),
  })))
}

/** Inbound capture is in nat or, by TPROXY, in mangle: where neither is seen, there may be none. */
function podSettings(evidence: Evidence): Proposed[] {
  const same: Proposed = [
    ['AMBIENT_DNS_CAPTURE', String(evidence.any(/-j REDIRECT --to-ports 15053$|--dport 53 .*-j CT --zone 1$/))],
    ['istio.io/reroute-virtual-interfaces', virtualInterfaces(evidence)],
  ]
  const tproxy: Proposed = [...same, ['AMBIENT_TPROXY_REDIRECTION', 'true']]
  const ingress: Proposed = [...same, ['ambient.istio.io/bypass-inbound-capture', 'true']]
  if (evidence.any(/-j TPROXY /)) return [tproxy]
  if (evidence.any(/-j REDIRECT --to-ports 15006$/)) return [same]
  return [same, ingress, tproxy]
}

/** Up to 1.23 the one address there was served either family. */
function probes(evidence: Evidence): Proposed[] {
  const [v4, v6] = [probe(evidence, /\./), probe(evidence, /:/)]
  const apart: Proposed = [['HOST_PROBE_SNAT_IP', v4], ['HOST_PROBE_SNAT_IPV6', v6]]
  return v4 === null && v6 !== null ? [apart, [['HOST_PROBE_SNAT_IP', v6]]] : [apart]
}

/** What ztunnel's marks and chains tell. */
function makerOf(evidence: Evidence): Exclude<Maker, 'sidecar'> | null {
  if ([...evidence.shown.chains.values()].some(({ name }) => name === 'ISTIO_POSTRT')) return 'host'
  return [...evidence.shown.chains.values()].some(({ name }) => name === 'ISTIO_PRERT') || evidence.any(/ 0x(?:539|111)\/0xfff /) ? 'pod' : null
}

function handlesV6(evidence: Evidence): string | null {
  if (!evidence.shown.families.includes(6)) return null
  return String([...evidence.shown.chains.values()].some(({ family, name }) => family === 6 && isIstioChain(name)))
}

function probe(evidence: Evidence, family: RegExp): string | null {
  const addresses = merged([
    evidence.all('nat', 'ISTIO_OUTPUT', /^-d (\S+?)(?:\/\d+)? -p tcp -m tcp -j ACCEPT$/),
    ...(['nat', 'mangle'] as const).map((table) => evidence.all(table, 'ISTIO_PRERT', /^-s (\S+?)(?:\/\d+)? -p tcp -m tcp -j ACCEPT$/)),
    evidence.all('nat', 'ISTIO_POSTRT', /-j SNAT --to-source (\S+)$/),
  ])
  return addresses.find((address) => family.test(address)) ?? null
}

function virtualInterfaces(evidence: Evidence): string | null {
  const captured = evidence.all('nat', 'ISTIO_PRERT', /^-i (\S+) -p tcp -j REDIRECT --to-ports 15001$/)
  return captured.join(',') || null
}
