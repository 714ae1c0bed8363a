import type { Diagnostic, Severity } from '../netfilter/diagnostic.ts'
import { servicePort } from '../net/service.ts'
import type { Behaviour } from './changes.ts'
import { parseCidr } from './cidr.ts'
import type { Given, IstioConfig } from './configuration.ts'

type Remark = (config: IstioConfig, behaviour: Behaviour) => Diagnostic[]

/** What the user should know of a configuration: what iptables or the tool refuses, and what has no effect. */
export const remarks: Remark = (config, behaviour) => ALL.flatMap((remark) => remark(config, behaviour))

const said = (code: string, severity: Severity, message: string): Diagnostic => ({ code, severity, message, span: null })

const refused = (what: string): Diagnostic => said('istio-refused-rule', 'error', `${what}, and istio-iptables fails; the rules shown are those without it`)

const words = (setting: Given<unknown>): string => setting.from ?? 'the default'

const listed = (list: string): string[] => (list === '' ? [] : list.split(','))

/** The tool fails at such a rule, and the pod does not start. */
const refusedPorts: Remark = ({ text }, behaviour) => {
  const lists = [text.inboundPorts.value === '*' ? text.inboundPortsExclude : text.inboundPorts, text.outboundPorts, text.outboundPortsExclude]
  const kept = (port: string): boolean => port !== '' || behaviour.has('empty-items-kept')
  return lists.flatMap((list) =>
    listed(list.value).filter((port) => kept(port) && !isPort(port)).map((port) => refused(`${JSON.stringify(port)} in ${words(list)} is no port: iptables refuses that rule`)),
  )
}

/** A port, a range 80:90, or a service name. */
export function isPort(text: string): boolean {
  const ends = text.split(':')
  return ends.length <= 2 && ends.some((end) => end !== '') && ends.every((end) => end === '' || servicePort(end.trim(), 'tcp') !== null)
}

const refusedInterfaces: Remark = ({ text: { excludeInterfaces }, ipv6 }, behaviour) => {
  if (!ipv6.value || excludeInterfaces.value === '' || !behaviour.has('v6-exclude-interface-refused')) return []
  return [refused(`${words(excludeInterfaces)} in an IPv6 pod makes this version write "-A OUTPUT -i", which ip6tables refuses`)]
}

const badLoopback: Remark = ({ text: { loopbackCidr } }, behaviour) => {
  const cidr = parseCidr(loopbackCidr.value, behaviour)
  if (cidr?.family === 4 && cidr.loopback) return []
  return [said('istio-bad-loopback-cidr', 'error', `${JSON.stringify(loopbackCidr.value)} is no IPv4 loopback CIDR: istio-iptables stops`)]
}

/** 1.14.0 tools/istio-iptables/pkg/config/validation.go maxOwnerGroupsInclude */
const MAX_GROUPS = 64

const tooManyGroups: Remark = ({ text }) => {
  const count = text.ownerGroups.value.split(',').filter((group) => group !== '').length
  return count > MAX_GROUPS ? [said('istio-too-many-groups', 'error', `ISTIO_OUTBOUND_OWNER_GROUPS names ${count} groups, more than ${MAX_GROUPS}: istio-iptables stops`)] : []
}

const noNameserver: Remark = ({ on, nameservers }, behaviour) => {
  const found = nameservers[4].length + nameservers[6].length
  if (!on.redirectDns.value || !behaviour.has('dns-redirect') || on.captureAllDns.value || found > 0) return []
  return [said('istio-no-nameserver', 'warning', behaviour.has('dns-needs-resolver')
    ? 'REDIRECT_DNS is set, but CAPTURE_ALL_DNS is false, and no DNS servers provided. DNS capture disabled.'
    : 'DNS is captured for each nameserver of the pod, but none is given: the rules for them are missing')]
}

const unknownMode: Remark = ({ text: { mode } }) =>
  ['TPROXY', 'REDIRECT', ''].includes(mode.value) ? [] : [said('istio-unknown-mode', 'warning', `the mode ${JSON.stringify(mode.value)} is not TPROXY, so it acts as REDIRECT`)]

const unusedExclusions: Remark = ({ text: { inboundPorts, inboundPortsExclude } }) => {
  if (inboundPorts.value === '*' || inboundPorts.value === '' || inboundPortsExclude.value === '') return []
  return [said('istio-exclude-ignored', 'info', `${words(inboundPortsExclude)} has no effect: it is used with -b '*' only`)]
}

const otherWork: Remark = ({ on }) => [
  ...(on.skipRuleApply.value ? [said('istio-no-rules', 'info', '--skip-rule-apply: istio-iptables makes no rules')] : []),
  ...(on.cleanupOnly.value ? [said('istio-no-rules', 'info', '--cleanup-only: istio-iptables removes its rules and makes none')] : []),
  ...(on.nativeNftables.value ? [said('istio-nftables', 'warning', '--native-nftables: the rules are nftables rules, which are not modelled; iptables stays empty')] : []),
  ...(on.dryRun.value ? [said('istio-dry-run', 'info', '--dry-run: the rules shown are those that would be made')] : []),
]

const ALL: readonly Remark[] = [refusedPorts, refusedInterfaces, badLoopback, tooManyGroups, noNameserver, unknownMode, unusedExclusions, otherWork]
