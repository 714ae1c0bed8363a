import { found, orders } from './evidence.ts'
import type { Evidence } from './evidence.ts'
import type { Proposed } from './proposeSidecar.ts'

const TCP = /^-d (\S+?)(?:\/\d+)? -p tcp -m tcp --dport 53 -j REDIRECT --to-ports 15053$/
const UDP = /^-d (\S+?)(?:\/\d+)? -p udp -m udp --dport 53 -j REDIRECT --to-ports 15053$/
const TRACKED = /^-d (\S+?)(?:\/\d+)? -p udp -m udp --dport 53 -j CT --zone 2$/
const TO_ALL = /^-p (?:tcp|udp) -m (?:tcp|udp) --dport 53 -j (?:REDIRECT --to-ports 15053|CT --zone 2)$/
const CAPTURES = /--to-ports 15053$|--to-destination 127\.0\.0\.1:15053$|! --dport 53 -m owner |! --dports 53,\d+ -m owner |--dport 53 .*-j CT --zone |-j ISTIO_OUTPUT_DNS$/

/** Stands for a nameserver of a family whose rules are not shown. */
const UNSEEN = { 4: '0.0.0.0', 6: '::' } as const

/** Whether DNS is captured, and to which servers. */
export function dnsSettings(evidence: Evidence): Proposed[] {
  const toEnvoy = evidence.first('nat', 'OUTPUT', /^-p udp -m udp --dport (53) -j REDIRECT --to-ports 15013$/) === null ? null : 'ALL'
  if (!evidence.any(CAPTURES)) return [{ dnsToEnvoy: toEnvoy }]
  const asked = { redirectDns: 'true', ...(evidence.any(TO_ALL) && { captureAllDns: 'true' }) }
  const servers = nameservers(evidence)
  if (servers.some((list) => list.length > 0)) return servers.map((list) => ({ ...asked, nameservers: list.join(',') }))
  const unseen = ([4, 6] as const).filter((family) => !evidence.shown.families.includes(family)).map((family) => UNSEEN[family])
  return [asked, ...unseen.map((server) => ({ ...asked, nameservers: server }))]
}

/** Those of both families, in every order they have. */
function nameservers({ shown }: Evidence): string[][] {
  return shown.families.reduce<string[][]>((all, family) => {
    const lists = [...shown.chains.values()].filter((chain) => chain.family === family).flatMap(({ texts }) => [TCP, UDP, TRACKED].map((pattern) => found(texts, pattern)))
    const own = orders(lists.filter((list) => list.length > 0))
    return own.length === 0 ? all : all.flatMap((list) => own.map((more) => [...list, ...more]))
  }, [[]])
}
