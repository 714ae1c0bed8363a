import type { SwitchKey, TextKey } from '../flags.ts'

/** What an ambient pod's rules depend on: variables of istio-cni, and annotations of the pod. */
export type AmbientKey =
  | 'AMBIENT_DNS_CAPTURE' | 'AMBIENT_IPV6' | 'AMBIENT_TPROXY_REDIRECTION' | 'HOST_PROBE_SNAT_IP' | 'HOST_PROBE_SNAT_IPV6'
  | 'istio.io/reroute-virtual-interfaces' | 'ambient.istio.io/bypass-inbound-capture'

export type SettingKey = TextKey | SwitchKey | AmbientKey | 'nameservers'

export type Settings = ReadonlyMap<SettingKey, string>

/** Who makes the rules: istio-iptables, or istio-cni for an ambient pod or its node. */
export type Maker = 'sidecar' | 'pod' | 'host'

/** Settings that may have made a rule set; what is not among them has its default. */
export interface Candidate {
  readonly maker: Maker
  /** Whether the pod's address is of IPv6, so that ip6tables gets rules too. */
  readonly ipv6: boolean
  readonly settings: Settings
}

export function without(candidate: Candidate, key: SettingKey): Candidate {
  return { ...candidate, settings: new Map([...candidate.settings].filter(([each]) => each !== key)) }
}

/** The same with one setting or one item less, where the item stands in one of these rules. */
export function lessened(candidate: Candidate, rules: readonly string[]): Candidate[] {
  const words = new Set(rules.flatMap((rule) => rule.split(/[ ,]/)).flatMap((word) => [word, word.replace(/\/\d+$/, '')]))
  return [...candidate.settings].flatMap(([key, value]) => {
    const items = value.split(',')
    const fewer = items.flatMap((item, i) => (words.has(item) && items.length > 1 ? [items.filter((_, j) => j !== i)] : []))
    return [without(candidate, key), ...fewer.map((rest) => ({ ...candidate, settings: new Map(candidate.settings).set(key, rest.join(',')) }))]
  })
}
