import { compareVersions, parseVersion } from './version.ts'
import type { Version } from './version.ts'

/** One difference between Istio versions. The generator asks for its id, never for a version. */
export interface Change {
  readonly id: string
  /** First version that behaves so. */
  readonly since: string
  /** First version that no longer does. */
  readonly until?: string
  readonly what: string
  /** Where in istio/istio it can be read. */
  readonly source: string
}

/** Every known difference, oldest first. A new Istio version adds rows here, and asks for them in one place of the generator. */
export const CHANGES = [
  { id: 'loopback-without-owner', since: '1.4', until: '1.5', what: 'everything on lo but 127.0.0.1 goes to ISTIO_IN_REDIRECT, whoever sends it; no RETURN for the app', source: '1.4.0 tools/istio-iptables/pkg/cmd/run.go:399' },
  { id: 'loopback-redirect-env', since: '1.4', until: '1.5', what: 'env DISABLE_REDIRECTION_ON_LOCAL_LOOPBACK leaves the IPv4 loopback redirect out', source: '1.4.0 tools/istio-iptables/pkg/cmd/run.go:399' },
  { id: 'v6-filter-closed', since: '1.4', until: '1.5', what: 'in an IPv4 pod, ip6tables filter INPUT is flushed and rejects all but established and ::1', source: '1.4.0 tools/istio-iptables/pkg/cmd/run.go:269-275' },
  { id: 'v6-catch-all-missing', since: '1.4', until: '1.5', what: 'IPv6 with -b "*" has no closing jump to ISTIO_IN_REDIRECT (a bug)', source: '1.4.0 tools/istio-iptables/pkg/cmd/run.go:168' },
  { id: 'single-commands', since: '1.4', until: '1.5', what: 'chains are created one by one as rules need them', source: '1.4.0 tools/istio-iptables/pkg/cmd/run.go' },
  { id: 'list-goes-to-proxy-port', since: '1.4', until: '1.6', what: 'ISTIO_IN_REDIRECT goes to -z only when -b is "*", else to -p', source: '1.4.0 tools/istio-iptables/pkg/cmd/run.go' },
  { id: 'to-port', since: '1.4', until: '1.6', what: 'REDIRECT is spelled --to-port', source: '1.4.0 tools/istio-iptables/pkg/cmd/run.go' },
  { id: 'tproxy-socket-match', since: '1.4', until: '1.6', what: 'TPROXY tells established connections by -m socket, written twice for each listed port', source: '1.4.0 tools/istio-iptables/pkg/cmd/run.go' },
  { id: 'empty-items-kept', since: '1.4', until: '1.7', what: 'an empty item of a list (trailing comma) becomes a rule without its value, which iptables refuses', source: '1.4.0 tools/istio-iptables/pkg/cmd/run.go split()' },
  { id: 'root-uid-added', since: '1.4', until: '1.8', what: 'without -u, root is added to the uid list (1337,0)', source: '1.4.0 tools/istio-iptables/pkg/cmd/run.go' },
  { id: 'kubevirt-return-late', since: '1.4', until: '1.8', what: 'RETURN for -k interfaces is inserted after the outbound exclusions, for IPv4', source: '1.7.0 tools/istio-iptables/pkg/cmd/run.go' },
  { id: 'tproxy-to-proxy-port', since: '1.4', until: '1.9', what: 'TPROXY hands connections to -p (15001), not to -z', source: '1.4.0 tools/istio-iptables/pkg/cmd/run.go' },
  { id: 'v6-ports-missing', since: '1.4', until: '1.10', what: 'IPv6 has no rules for -q', source: '1.10 releasenotes/notes/30868.yaml' },
  { id: 'v6-reduced', since: '1.4', until: '1.12', what: 'IPv6 has no TPROXY, no DNS rules, keeps the loopback RETURN rules, and -k with -i "*" only makes RETURN', source: '1.11.3 tools/istio-iptables/pkg/cmd/run.go handleInboundIpv6Rules' },
  { id: 'ssh-return', since: '1.4', until: '1.13', what: 'port 22 is left alone inbound with -b "*"', source: '1.13.0 releasenotes/notes/ssh-iptables.yaml' },
  { id: 'closing-return', since: '1.4', until: '1.23', what: 'a list of -i CIDRs ends in ISTIO_OUTPUT -j RETURN', source: '1.23.0 tools/istio-iptables/pkg/capture/run.go' },
  { id: 'output-jump-tcp', since: '1.4', until: '1.25', what: 'OUTPUT jumps to ISTIO_OUTPUT for TCP only', source: '1.25.0 tools/istio-iptables/pkg/capture/run.go' },
  { id: 'bad-cidr-dropped', since: '1.4', until: '1.27', what: 'a CIDR that cannot be read is left out, with a line in the log', source: '1.26.0 tools/istio-iptables/pkg/capture/run.go separateV4V6' },
  { id: 'env-by-viper', since: '1.4', until: '1.21', what: 'an empty environment variable counts as not set', source: '1.11.3 tools/istio-iptables/pkg/cmd/root.go (viper.AutomaticEnv)' },
  { id: 'cidr-leading-zeros', since: '1.4', until: '1.12', what: '010.0.0.0/8 is 10.0.0.0/8 (Go refuses leading zeros from 1.17)', source: 'go.dev/doc/go1.17 net; 1.12.0 go.mod' },
  { id: 'cidr-host-bits-masked', since: '1.4', until: '1.16', what: 'host bits of a CIDR are cleared in the rule text', source: '1.16.0 tools/istio-iptables/pkg/capture/run.go' },
  { id: 'tproxy-mark-loopback', since: '1.6', until: '1.9', what: 'TPROXY marks what leaves from 127.0.0.1 for another address', source: '1.6.0 tools/istio-iptables/pkg/cmd/run.go' },
  { id: 'dns-udp-to-envoy', since: '1.6', until: '1.8', what: 'env DNS_CAPTURE sends UDP 53 to Envoy on 15013; only the gid is spared', source: '1.6.0 tools/istio-iptables/pkg/cmd/run.go' },
  { id: 'tunnel-port', since: '1.7', what: 'nat ISTIO_INBOUND always exists and begins by sparing the tunnel port', source: '1.7.0 tools/istio-iptables/pkg/cmd/run.go' },
  { id: 'loopback-range', since: '1.7', what: 'an -i list with a loopback CIDR drops the RETURN of the app on lo', source: '1.7.0 tools/istio-iptables/pkg/cmd/run.go HasLoopBackIP' },
  { id: 'dns-udp-dnat', since: '1.8', until: '1.9', what: 'env ISTIO_META_DNS_CAPTURE: UDP 53 by DNAT to 127.0.0.1:15053 with SNAT in POSTROUTING, TCP 53 inside ISTIO_REDIRECT', source: '1.8.0 tools/istio-iptables/pkg/cmd/run.go:366-490' },
  { id: 'dns-redirect', since: '1.9', what: '--redirect-dns: REDIRECT to 15053 for each nameserver', source: '1.9.0 tools/istio-iptables/pkg/cmd/run.go' },
  { id: 'tproxy-connmark', since: '1.9', what: 'TPROXY keeps the mark with the connection (CONNMARK save and restore)', source: '1.9.0 tools/istio-iptables/pkg/cmd/run.go' },
  { id: 'dns-zones', since: '1.11', what: 'raw table: conntrack zones for DNS; --capture-all-dns', source: '1.11.0 tools/istio-iptables/pkg/cmd/run.go' },
  { id: 'tproxy-outbound-mark', since: '1.11', what: 'TPROXY marks what Envoy sends over lo with 1338 and captures only that on lo', source: '1.11.0 tools/istio-iptables/pkg/cmd/run.go' },
  { id: 'exclude-interfaces', since: '1.11.3', what: '--istio-exclude-interfaces', source: '1.11.3 tools/istio-iptables/pkg/cmd/root.go' },
  { id: 'v6-exclude-interface-refused', since: '1.11.3', until: '1.12', what: 'IPv6 writes -i into OUTPUT for an excluded interface, which ip6tables refuses', source: '1.11.3 tools/istio-iptables/pkg/cmd/run.go shortCircuitExcludeInterfaces' },
  { id: 'routes-by-netlink', since: '1.12', what: 'routes are made by netlink, for IPv6 too, and not in --dry-run', source: '1.12.0 tools/istio-iptables/pkg/capture/run.go' },
  { id: 'trace-logging', since: '1.12', until: '1.25', what: '--iptables-trace-logging puts an NFLOG rule before some rules', source: '1.12.0 tools/istio-iptables/pkg/builder/iptables_builder_impl.go' },
  { id: 'owner-groups', since: '1.14', what: 'env ISTIO_OUTBOUND_OWNER_GROUPS and ISTIO_OUTBOUND_OWNER_GROUPS_EXCLUDE', source: '1.14.0 releasenotes/notes/37057.yaml' },
  { id: 'tunnel-port-on-loopback', since: '1.18', what: 'the tunnel port is spared by the loopback redirects of the proxy', source: '1.18.0 tools/istio-iptables/pkg/capture/run.go' },
  { id: 'dns-reply-by-source', since: '1.20', what: 'raw PREROUTING names the nameserver as source (before: as destination, which never matched)', source: '1.20.0 tools/istio-iptables/pkg/capture/run.go' },
  { id: 'loopback-cidr', since: '1.21', what: 'env ISTIO_OUTBOUND_IPV4_LOOPBACK_CIDR replaces 127.0.0.1/32', source: '1.21.0 releasenotes/notes/47211.yaml' },
  { id: 'dns-udp-in-istio-output', since: '1.23', until: '1.25', what: 'UDP DNS rules stand in ISTIO_OUTPUT, reached by OUTPUT -p udp', source: '1.23.0 tools/istio-iptables/pkg/capture/run.go' },
  { id: 'invalid-drop-chain', since: '1.24', what: 'INVALID packets are dropped by chain ISTIO_DROP', source: '1.24.0 tools/istio-iptables/pkg/capture/run.go' },
  { id: 'dns-chain', since: '1.25', what: 'DNS rules stand in ISTIO_OUTPUT_DNS; raw has ISTIO_INBOUND; no RETURN rules of their own for the proxy', source: '1.25.0 tools/istio-iptables/pkg/capture/run.go:311' },
  { id: 'exclude-ports-udp', since: '1.25', what: '-o spares UDP too', source: '1.25.0 tools/istio-iptables/pkg/capture/run.go' },
  { id: 'dns-needs-resolver', since: '1.25', what: '--redirect-dns without a nameserver and without --capture-all-dns is ignored', source: '1.25.0 tools/istio-iptables/pkg/capture/run.go' },
  { id: 'ambient-in-pod', since: '1.21', what: 'ambient: the rules stand inside the pod', source: '1.21.0 cni/pkg/iptables/iptables.go' },
  { id: 'ambient-tproxy-only', since: '1.21', until: '1.24', what: 'ambient: inbound by TPROXY in mangle; UDP DNS only', source: '1.22.0 cni/pkg/iptables/iptables.go' },
  { id: 'ambient-tproxy-setting', since: '1.24', until: '1.25', what: 'ambient: TPROXYRedirection keeps the form of 1.23', source: '1.24.0 cni/pkg/iptables/iptables.go' },
  { id: 'ambient-dns-tcp', since: '1.24', what: 'ambient: TCP DNS, and conntrack zone 1 in raw', source: '1.24.0 cni/pkg/iptables/iptables.go' },
  { id: 'ambient-ingress-mode', since: '1.24', what: 'ambient: pods that only let traffic out have no inbound rules', source: '1.24.0 cni/pkg/iptables/iptables.go' },
  { id: 'ambient-probe-per-family', since: '1.24', what: 'ambient: each family has its probe address, and the sets are named by family', source: '1.24.0 cni/pkg/iptables/iptables.go' },
  { id: 'ambient-dns-default', since: '1.25', what: 'ambient: DNS is captured unless it is turned off', source: '1.25.0 releasenotes (cni.ambient.dnsCapture)' },
  { id: 'ambient-virtual-interfaces', since: '1.25', what: 'ambient: virtual interfaces, and DNS per pod', source: '1.25.0 cni/pkg/iptables/iptables.go' },
  { id: 'ambient-host-rule-first', since: '1.27', what: 'ambient: the jump in the host is inserted first in POSTROUTING', source: '1.27.0 releasenotes/notes/56414.yaml' },
] as const satisfies readonly Change[]

export type ChangeId = (typeof CHANGES)[number]['id']

/** How one version behaves. */
export interface Behaviour {
  readonly version: Version
  has(id: ChangeId): boolean
}

/** True from `since` on, and before `until`. */
export function isWithin(version: Version, since: string, until: string | undefined): boolean {
  return compareVersions(version, bound(since)) >= 0 && (until === undefined || compareVersions(version, bound(until)) < 0)
}

const behaviours = new WeakMap<Version, Behaviour>()

export function behaviourOf(version: Version): Behaviour {
  const behaviour = behaviours.get(version) ?? behaviourAt(version)
  behaviours.set(version, behaviour)
  return behaviour
}

function behaviourAt(version: Version): Behaviour {
  const rows: readonly Change[] = CHANGES
  const held = new Set(rows.filter((row) => isWithin(version, row.since, row.until)).map((row) => row.id))
  return { version, has: (id) => held.has(id) }
}

const bounds = new Map<string, Version>()

function bound(text: string): Version {
  const version = bounds.get(text) ?? parseVersion(text)
  if (!version) throw new Error(`${text} is no version`)
  bounds.set(text, version)
  return version
}
