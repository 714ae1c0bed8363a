import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { AmbientConfig } from '../../src/istio/ambient/ambientConfig.ts'
import { istioRules } from '../../src/istio/rules.ts'
import type { IstioAnswer, IstioRequest } from '../../src/istio/rules.ts'
import type { Family } from '../../src/net/address.ts'
import type { Ruleset } from '../../src/netfilter/ruleset.ts'
import { RulesReader } from '../../src/ruleset/rulesReader.ts'

/** A rule set Istio itself made, as iptables-save printed it (data/goldens.json.gz says from where). */
export interface Golden {
  readonly kind: 'cases' | 'matrix' | 'ambient'
  readonly version: string
  readonly case: string
  readonly file: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly nameservers?: readonly string[]
  readonly ipv6?: true
  readonly groups?: Readonly<Record<string, number>>
  readonly routes?: readonly string[]
  readonly func?: string
  readonly config?: { readonly RedirectDNS?: boolean; readonly EnableIPv6?: boolean; readonly TPROXYRedirection?: boolean }
  readonly pod?: { readonly VirtualInterfaces?: readonly string[]; readonly IngressMode?: boolean; readonly DNSProxy?: string }
  readonly probe?: readonly [string, string]
  readonly v4: string
  readonly v6: string
}

const packed: { readonly goldens: readonly Golden[] } = JSON.parse(gunzipSync(readFileSync(new URL('data/goldens.json.gz', import.meta.url))).toString())

export const goldens = packed.goldens

const ambient = ({ config = {}, pod = {}, func, probe = ['', ''] }: Golden): Partial<AmbientConfig> => ({
  scope: func === 'CreateInpodRules' ? 'pod' : 'host',
  redirectDns: config.RedirectDNS ?? false,
  ipv6: config.EnableIPv6 ?? false,
  tproxy: config.TPROXYRedirection ?? false,
  ingressMode: pod.IngressMode ?? false,
  virtualInterfaces: pod.VirtualInterfaces ?? [],
  podDns: pod.DNSProxy === 'PodDNSEnabled' ? 'enabled' : pod.DNSProxy === 'PodDNSDisabled' ? 'disabled' : 'unset',
  probeV4: probe[0],
  probeV6: probe[1],
})

export function requestOf(golden: Golden, family: Family): IstioRequest {
  const { version, args, env = {}, nameservers = [], groups = {} } = golden
  const request = { version, family, args, env, nameservers, groups, podIps: golden.ipv6 ? ['fd00::5'] : ['10.0.0.5'] }
  return golden.kind === 'ambient' ? { ...request, ambient: ambient(golden) } : request
}

const answers = new Map<string, IstioAnswer>()

/** Made once: several tests look at the same rules. */
export function made(golden: Golden, family: Family): IstioAnswer {
  const key = `${golden.file} ${family}`
  const answer = answers.get(key) ?? istioRules(requestOf(golden, family))
  answers.set(key, answer)
  return answer
}

/** A save with its tables in the order of their names: the kernel prints the last touched first. */
export const byTable = (save: string): string => save.split(/^(?=\*)/m).sort().join('')

export function loaded(text: string, family: Family): Ruleset {
  const reader = new RulesReader()
  reader.printed({ family, table: null })
  text.split('\n').forEach((line, i) => { reader.read({ file: 'golden', line: i + 1, text: line }) })
  reader.close()
  return { family, tables: reader.dumps.map(({ table }) => table) }
}
