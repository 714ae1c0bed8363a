/** A setting that istio-iptables takes as text. */
export type TextKey =
  | 'proxyPort' | 'inboundCapturePort' | 'inboundTunnelPort' | 'proxyUid' | 'proxyGid' | 'mode' | 'inboundPorts' | 'inboundPortsExclude'
  | 'excludeInterfaces' | 'outboundRanges' | 'outboundRangesExclude' | 'outboundPorts' | 'outboundPortsExclude' | 'kubeVirtInterfaces'
  | 'tproxyMark' | 'tproxyTable' | 'ownerGroups' | 'ownerGroupsExclude' | 'loopbackCidr' | 'noLoopbackRedirect' | 'dnsToEnvoy'

/** A setting that is on or off. */
export type SwitchKey = 'dryRun' | 'redirectDns' | 'captureAllDns' | 'dropInvalid' | 'dualStack' | 'traceLogging' | 'skipRuleApply' | 'cleanupOnly' | 'nativeNftables'

/** What a flag's value must be for pflag to take it. */
export type FlagKind = 'text' | 'switch' | 'port' | 'duration'

/** Where a value may come from besides the flag; `since`/`until` as in changes.ts. */
export interface EnvName {
  readonly name: string
  readonly since?: string
  readonly until?: string
}

/** One flag of istio-iptables, or a setting that only the environment gives. */
export interface Flag {
  /** null: taken and without effect on the rules. */
  readonly key: TextKey | SwitchKey | null
  readonly long: string | null
  readonly short?: string
  /** When the short form is younger than the long one. */
  readonly shortSince?: string
  readonly kind: FlagKind
  readonly since: string
  readonly until?: string
  readonly initial: string
  /** The variable pflag's name gives (ENVOY_PORT) is read too, as long as this holds. */
  readonly ownEnvUntil?: string
  /** More variables, weaker first. */
  readonly env?: readonly EnvName[]
  readonly what: string
}

/** Every flag: 1.4.0, 1.11.3 and 1.30.0 tools/istio-iptables/pkg/cmd/root.go, 1.30.0 tools/common/config/config.go. */
export const FLAGS: readonly Flag[] = [
  { key: 'proxyPort', long: 'envoy-port', short: 'p', kind: 'text', since: '1.4', initial: '15001', ownEnvUntil: '1.21', what: 'the port outbound connections are redirected to' },
  { key: 'inboundCapturePort', long: 'inbound-capture-port', short: 'z', kind: 'text', since: '1.4', initial: '15006', what: 'the port inbound connections are redirected to' },
  { key: 'inboundTunnelPort', long: 'inbound-tunnel-port', short: 'e', kind: 'text', since: '1.7', initial: '15008', what: 'the tunnel (HBONE) port' },
  { key: 'proxyUid', long: 'proxy-uid', short: 'u', kind: 'text', since: '1.4', initial: '', what: 'user ids whose connections are spared' },
  { key: 'proxyGid', long: 'proxy-gid', short: 'g', kind: 'text', since: '1.4', initial: '', what: 'group ids whose connections are spared' },
  { key: 'mode', long: 'istio-inbound-interception-mode', short: 'm', kind: 'text', since: '1.4', initial: '', what: 'TPROXY; anything else is REDIRECT' },
  { key: 'inboundPorts', long: 'istio-inbound-ports', short: 'b', kind: 'text', since: '1.4', initial: '', what: 'inbound ports to capture' },
  { key: 'inboundPortsExclude', long: 'istio-local-exclude-ports', short: 'd', kind: 'text', since: '1.4', initial: '', what: 'inbound ports to leave alone, with -b "*"' },
  { key: 'excludeInterfaces', long: 'istio-exclude-interfaces', short: 'c', shortSince: '1.15', kind: 'text', since: '1.11.3', initial: '', what: 'interfaces to leave alone' },
  { key: 'outboundRanges', long: 'istio-service-cidr', short: 'i', kind: 'text', since: '1.4', initial: '', what: 'outbound ranges to capture' },
  { key: 'outboundRangesExclude', long: 'istio-service-exclude-cidr', short: 'x', kind: 'text', since: '1.4', initial: '', what: 'outbound ranges to leave alone' },
  { key: 'outboundPorts', long: 'istio-outbound-ports', short: 'q', kind: 'text', since: '1.7', initial: '', what: 'outbound ports to capture' },
  { key: 'outboundPortsExclude', long: 'istio-local-outbound-ports-exclude', short: 'o', kind: 'text', since: '1.4', initial: '', what: 'outbound ports to leave alone' },
  { key: 'kubeVirtInterfaces', long: 'kube-virt-interfaces', short: 'k', kind: 'text', since: '1.4', initial: '', what: 'interfaces whose inbound traffic is treated as outbound' },
  { key: 'tproxyMark', long: 'istio-inbound-tproxy-mark', short: 't', kind: 'text', since: '1.4', initial: '1337', what: 'the packet mark of TPROXY' },
  { key: 'tproxyTable', long: 'istio-inbound-tproxy-route-table', short: 'r', kind: 'text', since: '1.4', initial: '133', what: 'the routing table of TPROXY' },
  { key: 'dryRun', long: 'dry-run', short: 'n', kind: 'switch', since: '1.4', initial: 'false', what: 'only say what would be done' },
  { key: null, long: 'clean', kind: 'switch', since: '1.4', until: '1.5', initial: 'false', what: 'remove rules' },
  { key: null, long: 'restore-format', short: 'f', kind: 'switch', since: '1.5', until: '1.24', initial: 'true', what: 'use iptables-restore' },
  { key: null, long: 'iptables-probe-port', kind: 'port', since: '1.5', initial: '15002', what: 'port of the self-test' },
  { key: null, long: 'probe-timeout', kind: 'duration', since: '1.5', initial: '5s', what: 'time limit of the self-test' },
  { key: 'skipRuleApply', long: 'skip-rule-apply', kind: 'switch', since: '1.5', initial: 'false', what: 'make no rules' },
  { key: null, long: 'run-validation', kind: 'switch', since: '1.5', initial: 'false', what: 'test the rules afterwards' },
  {
    key: 'redirectDns', long: 'redirect-dns', kind: 'switch', since: '1.9', initial: 'false', what: 'capture DNS',
    env: [{ name: 'ISTIO_META_DNS_CAPTURE' }],
  },
  { key: 'redirectDns', long: null, kind: 'switch', since: '1.8', until: '1.9', initial: 'false', what: 'capture DNS', env: [{ name: 'ISTIO_META_DNS_CAPTURE' }] },
  { key: 'dnsToEnvoy', long: null, kind: 'text', since: '1.6', until: '1.8', initial: '', what: 'capture DNS', env: [{ name: 'DNS_CAPTURE' }] },
  { key: 'captureAllDns', long: 'capture-all-dns', kind: 'switch', since: '1.11', initial: 'false', what: 'capture DNS to any server' },
  { key: 'dropInvalid', long: 'drop-invalid', kind: 'switch', since: '1.13', initial: 'false', what: 'drop packets conntrack calls INVALID', env: [{ name: 'INVALID_DROP', since: '1.21' }] },
  {
    key: 'dualStack', long: 'dual-stack', kind: 'switch', since: '1.15', initial: 'false', what: 'look at all pod addresses for IPv6',
    env: [{ name: 'ISTIO_AGENT_DUAL_STACK', until: '1.18' }, { name: 'ISTIO_DUAL_STACK', since: '1.18' }],
  },
  { key: 'traceLogging', long: 'iptables-trace-logging', kind: 'switch', since: '1.12', until: '1.26', initial: 'false', what: 'log by NFLOG' },
  { key: null, long: 'output-paths', kind: 'text', since: '1.10', until: '1.18', initial: '', what: 'write the rules to a file' },
  { key: null, long: 'network-namespace', kind: 'text', since: '1.11', initial: '', what: 'the network namespace to work in' },
  { key: null, long: 'cni-mode', kind: 'switch', since: '1.11', initial: 'false', what: 'run for the CNI plugin' },
  { key: null, long: 'host-nsenter-exec', kind: 'switch', since: '1.11', until: '1.21', initial: 'false', what: 'use nsenter' },
  { key: null, long: 'reconcile', kind: 'switch', since: '1.24', initial: 'false', what: 'replace rules of an earlier run' },
  { key: 'cleanupOnly', long: 'cleanup-only', kind: 'switch', since: '1.24', initial: 'false', what: 'remove rules, make none' },
  { key: null, long: 'force-apply', kind: 'switch', since: '1.24', initial: 'false', what: 'make the rules even if they are there' },
  { key: 'nativeNftables', long: 'native-nftables', kind: 'switch', since: '1.27', initial: 'false', what: 'make nftables rules' },
  { key: null, long: 'force-iptables-binary', kind: 'text', since: '1.28', initial: '', what: 'which iptables to run' },
  { key: 'ownerGroups', long: null, kind: 'text', since: '1.14', initial: '*', what: 'groups whose outbound connections are captured', env: [{ name: 'ISTIO_OUTBOUND_OWNER_GROUPS' }] },
  { key: 'ownerGroupsExclude', long: null, kind: 'text', since: '1.14', initial: '', what: 'groups whose outbound connections are left alone', env: [{ name: 'ISTIO_OUTBOUND_OWNER_GROUPS_EXCLUDE' }] },
  { key: 'loopbackCidr', long: null, kind: 'text', since: '1.21', initial: '127.0.0.1/32', what: 'what counts as loopback', env: [{ name: 'ISTIO_OUTBOUND_IPV4_LOOPBACK_CIDR' }] },
  { key: 'noLoopbackRedirect', long: null, kind: 'text', since: '1.4', until: '1.5', initial: '', what: 'no loopback redirect', env: [{ name: 'DISABLE_REDIRECTION_ON_LOCAL_LOOPBACK' }] },
  // Flags of istio.io/pkg/log and of pilot-agent, which every sub-command inherits.
  { key: null, long: 'log_output_level', kind: 'text', since: '1.4', initial: '', what: 'logging' },
  { key: null, long: 'log_caller', kind: 'text', since: '1.4', initial: '', what: 'logging' },
  { key: null, long: 'log_stacktrace_level', kind: 'text', since: '1.4', initial: '', what: 'logging' },
  { key: null, long: 'log_target', kind: 'text', since: '1.4', initial: '', what: 'logging' },
  { key: null, long: 'log_rotate', kind: 'text', since: '1.4', initial: '', what: 'logging' },
  { key: null, long: 'log_as_json', kind: 'switch', since: '1.4', initial: 'false', what: 'logging' },
  { key: null, long: 'vklog', kind: 'text', since: '1.4', initial: '', what: 'logging' },
]

const initials = new Map(FLAGS.map(({ key, initial }) => [key, initial]))

/** The value a setting has when nothing is said. */
export const initialValue = (key: TextKey): string => initials.get(key) ?? ''
