import { parseAddress } from '../net/address.ts'
import type { Family } from '../net/address.ts'
import type { Diagnostic, Read, Severity } from '../netfilter/diagnostic.ts'
import type { Behaviour } from './changes.ts'
import { parseCidr } from './cidr.ts'
import type { Given, IstioConfig, Ranges, SettingValues } from './configuration.ts'
import type { SwitchKey, TextKey } from './flags.ts'

/** What the tool would find in the pod. */
export interface PodFacts {
  /** The servers of /etc/resolv.conf. */
  readonly nameservers: readonly string[]
  /** The addresses of the pod, in the order of its interfaces. */
  readonly podIps: readonly string[]
  readonly groups: Readonly<Record<string, number>>
}

/** The configuration that settings and pod make, however the settings were given. */
export function configurationOf(settings: SettingValues, pod: PodFacts, behaviour: Behaviour): Read<IstioConfig> {
  const diagnostics: Diagnostic[] = []
  const text = texts(settings, behaviour)
  const on = switches(settings)
  const include = ranges(text.outboundRanges, behaviour, diagnostics)
  const exclude = ranges(text.outboundRangesExclude, behaviour, diagnostics)
  if (exclude.wildcard) diagnostics.push(said('istio-exclude-wildcard', 'error', "-x '*' is refused (invalid value for OUTBOUND_IP_RANGES_EXCLUDE): istio-iptables stops"))
  return { value: { text, on, include, exclude, ipv6: ipv6(pod.podIps, on.dualStack.value, diagnostics), nameservers: nameservers(pod.nameservers, on, diagnostics), groups: pod.groups }, diagnostics }
}

const said = (code: string, severity: Severity, message: string): Diagnostic => ({ code, severity, message, span: null })

function texts(settings: SettingValues, behaviour: Behaviour): Record<TextKey, Given<string>> {
  const proxyUid = orProxyUser(settings.text('proxyUid'), behaviour)
  const gid = settings.text('proxyGid')
  return {
    proxyPort: settings.text('proxyPort'), inboundCapturePort: settings.text('inboundCapturePort'), inboundTunnelPort: settings.text('inboundTunnelPort'),
    proxyUid, proxyGid: gid.value === '' ? proxyUid : gid,
    mode: settings.text('mode'), inboundPorts: settings.text('inboundPorts'), inboundPortsExclude: settings.text('inboundPortsExclude'),
    excludeInterfaces: settings.text('excludeInterfaces'), outboundRanges: settings.text('outboundRanges'), outboundRangesExclude: settings.text('outboundRangesExclude'),
    outboundPorts: settings.text('outboundPorts'), outboundPortsExclude: settings.text('outboundPortsExclude'), kubeVirtInterfaces: settings.text('kubeVirtInterfaces'),
    tproxyMark: settings.text('tproxyMark'), tproxyTable: settings.text('tproxyTable'),
    ownerGroups: settings.text('ownerGroups'), ownerGroupsExclude: settings.text('ownerGroupsExclude'), loopbackCidr: settings.text('loopbackCidr'),
    noLoopbackRedirect: settings.text('noLoopbackRedirect'), dnsToEnvoy: settings.text('dnsToEnvoy'),
  }
}

/** Without -u the tool looks up istio-proxy, which is 1337 in Istio's image and wherever there is no such user. */
function orProxyUser(uid: Given<string>, behaviour: Behaviour): Given<string> {
  return uid.value === '' ? { value: behaviour.has('root-uid-added') ? '1337,0' : '1337', from: uid.from } : uid
}

function switches(settings: SettingValues): Record<SwitchKey, Given<boolean>> {
  return {
    dryRun: settings.on('dryRun'), redirectDns: settings.on('redirectDns'), captureAllDns: settings.on('captureAllDns'), dropInvalid: settings.on('dropInvalid'),
    dualStack: settings.on('dualStack'), traceLogging: settings.on('traceLogging'), skipRuleApply: settings.on('skipRuleApply'),
    cleanupOnly: settings.on('cleanupOnly'), nativeNftables: settings.on('nativeNftables'),
  }
}

/** run.go separateV4V6 */
function ranges(setting: Given<string>, behaviour: Behaviour, diagnostics: Diagnostic[]): Ranges {
  const cidrs: Record<Family, string[]> = { 4: [], 6: [] }
  if (setting.value === '*') return { wildcard: true, cidrs, loopback: false }
  let loopback = false
  for (const item of setting.value === '' ? [] : setting.value.split(',')) {
    const cidr = parseCidr(item, behaviour)
    if (cidr) {
      cidrs[cidr.family].push(cidr.text)
      loopback ||= cidr.loopback
    } else if (item !== '' || behaviour.has('empty-items-kept')) diagnostics.push(badCidr(item, setting, behaviour))
  }
  return { wildcard: false, cidrs, loopback }
}

function badCidr(item: string, setting: Given<string>, behaviour: Behaviour): Diagnostic {
  const what = `${JSON.stringify(item)} in ${setting.from ?? 'the default'} is no CIDR`
  return behaviour.has('bad-cidr-dropped')
    ? said('istio-bad-cidr', 'warning', `${what}; this version leaves it out ("Ignoring error for bug compatibility")`)
    : said('istio-bad-cidr', 'error', `${what}: istio-iptables stops`)
}

/** Which pod address decides whether IPv6 is handled (config.go getLocalIP). */
function ipv6(podIps: readonly string[], dualStack: boolean, diagnostics: Diagnostic[]): Given<boolean> {
  const unread = podIps.filter((ip) => !parseAddress(ip))
  for (const ip of unread) diagnostics.push(said('istio-bad-pod-ip', 'warning', `${JSON.stringify(ip)} is no address; it is not used`))
  const usable = podIps.filter((ip) => parseAddress(ip) && !/^(127\.|169\.254\.|::1$|fe[89ab])/i.test(ip))
  const deciding = dualStack ? (usable.find((ip) => ip.includes(':')) ?? usable[0]) : usable[0]
  return deciding === undefined ? { value: false, from: null } : { value: deciding.includes(':'), from: `pod address ${deciding}` }
}

function nameservers(servers: readonly string[], on: IstioConfig['on'], diagnostics: Diagnostic[]): Record<Family, string[]> {
  const unread = servers.filter((server) => !parseAddress(server))
  for (const server of unread) diagnostics.push(said('istio-bad-nameserver', 'warning', `${JSON.stringify(server)} is no address; it is not used`))
  if (!on.redirectDns.value || on.captureAllDns.value) return { 4: [], 6: [] }
  const read = servers.filter((server) => parseAddress(server))
  return { 4: read.filter((server) => !server.includes(':')), 6: read.filter((server) => server.includes(':')) }
}
