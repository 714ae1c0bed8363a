import type { Candidate, Maker, SettingKey } from './candidate.ts'
import { merged } from './evidence.ts'
import type { Evidence } from './evidence.ts'

/** Settings of istio-cni that may have made the rules of an ambient pod, or of its node. */
export function proposeAmbient(evidence: Evidence): Candidate[] {
  const maker = makerOf(evidence)
  if (maker === null) return []
  const [v4, v6] = [probe(evidence, /\./), probe(evidence, /:/)]
  const same: [SettingKey, string | null][] = maker === 'host' ? [['AMBIENT_IPV6', handlesV6(evidence)]] : [
    ['AMBIENT_DNS_CAPTURE', String(evidence.any(/-j REDIRECT --to-ports 15053$|--dport 53 .*-j CT --zone 1$/))],
    ['AMBIENT_IPV6', handlesV6(evidence)],
    ['AMBIENT_TPROXY_REDIRECTION', evidence.any(/-j TPROXY /) ? 'true' : null],
    ['istio.io/reroute-virtual-interfaces', virtualInterfaces(evidence)],
    ['ambient.istio.io/bypass-inbound-capture', evidence.any(/-j CONNMARK --set-xmark 0x111\/0xfff$/) ? null : 'true'],
  ]
  // Up to 1.23 the one address there was served either family.
  const probes: [SettingKey, string | null][][] = [[['HOST_PROBE_SNAT_IP', v4], ['HOST_PROBE_SNAT_IPV6', v6]], ...(v4 === null && v6 !== null ? [[['HOST_PROBE_SNAT_IP', v6]] satisfies [SettingKey, string][]] : [])]
  return probes.map((each) => ({ maker, ipv6: false, settings: new Map([...same, ...each].flatMap(([key, value]) => (value === null ? [] : [[key, value]]))) }))
}

/** What ztunnel's marks and chains tell. */
function makerOf(evidence: Evidence): Exclude<Maker, 'sidecar'> | null {
  if ([...evidence.shown.chains.values()].some(({ name }) => name === 'ISTIO_POSTRT')) return 'host'
  return [...evidence.shown.chains.values()].some(({ name }) => name === 'ISTIO_PRERT') || evidence.any(/ 0x(?:539|111)\/0xfff /) ? 'pod' : null
}

function handlesV6(evidence: Evidence): string | null {
  if (!evidence.shown.families.includes(6)) return null
  return String([...evidence.shown.chains.values()].some(({ family, name }) => family === 6 && name.startsWith('ISTIO_')))
}

function probe(evidence: Evidence, family: RegExp): string | null {
  const addresses = merged([
    evidence.all('nat', 'ISTIO_OUTPUT', /^-d (\S+?)(?:\/\d+)? -p tcp -m tcp -j ACCEPT$/),
    evidence.all('nat', 'ISTIO_PRERT', /^-s (\S+?)(?:\/\d+)? -p tcp -m tcp -j ACCEPT$/),
    evidence.all('nat', 'ISTIO_POSTRT', /-j SNAT --to-source (\S+)$/),
  ])
  return addresses.find((address) => family.test(address)) ?? null
}

function virtualInterfaces(evidence: Evidence): string | null {
  const captured = evidence.all('nat', 'ISTIO_PRERT', /^-i (\S+) -p tcp -j REDIRECT --to-ports 15001$/)
  return captured.join(',') || null
}
