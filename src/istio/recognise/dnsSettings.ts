import { merged } from './evidence.ts'
import type { Evidence } from './evidence.ts'
import type { Proposed } from './proposeSidecar.ts'

const REDIRECTED = /^-d (\S+?)(?:\/\d+)? -p (?:tcp|udp) -m (?:tcp|udp) --dport 53 -j REDIRECT --to-ports 15053$/
const TO_ALL = /^-p (?:tcp|udp) -m (?:tcp|udp) --dport 53 -j REDIRECT --to-ports 15053$/
const CAPTURES = /--to-ports 15053$|--to-destination 127\.0\.0\.1:15053$|! --dport 53 -m owner |! --dports 53,\d+ -m owner |--dport 53 .*-j CT --zone |-j ISTIO_OUTPUT_DNS$/

/** Stands for a nameserver of a family whose rules are not shown. */
const UNSEEN = { 4: '0.0.0.0', 6: '::' } as const

/** Whether DNS is captured, and to which servers. */
export function dnsSettings(evidence: Evidence): Proposed[] {
  const toEnvoy = evidence.first('nat', 'OUTPUT', /^-p udp -m udp --dport (53) -j REDIRECT --to-ports 15013$/) === null ? null : 'ALL'
  if (!evidence.any(CAPTURES)) return [{ dnsToEnvoy: toEnvoy }]
  const asked = { redirectDns: 'true', ...(evidence.any(TO_ALL) && { captureAllDns: 'true' }) }
  const servers = nameservers(evidence)
  if (servers.length > 0) return [{ ...asked, nameservers: servers.join(',') }]
  const unseen = ([4, 6] as const).filter((family) => !evidence.shown.families.includes(family)).map((family) => UNSEEN[family])
  return [asked, ...unseen.map((server) => ({ ...asked, nameservers: server }))]
}

function nameservers(evidence: Evidence): string[] {
  return evidence.shown.families.flatMap((family) => {
    const lists = [...evidence.shown.chains.values()].filter((chain) => chain.family === family).map(({ table, texts }) => {
      const protocols = ['tcp', 'udp'].map((protocol) => texts.filter((text) => text.includes(`-p ${protocol} `)).flatMap((text) => REDIRECTED.exec(text)?.[1] ?? []))
      const tracked = table === 'raw' ? texts.flatMap((text) => /^-d (\S+?)(?:\/\d+)? -p udp -m udp --dport 53 -j CT --zone 2$/.exec(text)?.[1] ?? []) : []
      return [...protocols, tracked]
    })
    return merged(lists.flat())
  })
}
