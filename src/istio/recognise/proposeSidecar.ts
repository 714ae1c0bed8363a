import { FLAGS } from '../flags.ts'
import type { Candidate, SettingKey } from './candidate.ts'
import type { Evidence } from './evidence.ts'
import { dnsSettings } from './dnsSettings.ts'
import { inboundSettings } from './inboundSettings.ts'
import { outboundSettings } from './outboundSettings.ts'
import { ownerSettings } from './ownerSettings.ts'
import { isIstioChain } from './shownRules.ts'

/** Settings by their names; those without a value were not seen. */
export type Proposed = Partial<Record<SettingKey, string | null>>

/** Rules in many different orders could be meant in more ways than anyone has time for; the likeliest come first. */
const MOST_CANDIDATES = 24

/** Arguments of istio-iptables that may have made the rules: the generator will tell whether they did. */
export function proposeSidecar(evidence: Evidence): Candidate[] {
  const ipv6 = [...evidence.shown.chains.values()].some(({ family, name }) => family === 6 && isIstioChain(name))
  const parts = [[switchSettings(evidence)], portSettings(evidence), ownerSettings(evidence), inboundSettings(evidence), outboundSettings(evidence), dnsSettings(evidence)]
  const all = parts.reduce<readonly Proposed[]>((some, part) => some.flatMap((one) => part.map((other) => ({ ...one, ...other }))).slice(0, MOST_CANDIDATES), [{}])
  return all.map((proposed) => ({ maker: 'sidecar', ipv6, settings: given(proposed) }))
}

/** Values that are not the default anyway. */
function given(proposed: Proposed): Candidate['settings'] {
  const values = FLAGS.flatMap(({ key, initial }): [SettingKey, string][] => {
    const value = key && proposed[key]
    return key && typeof value === 'string' && value !== initial ? [[key, value]] : []
  })
  return new Map([...values, ...(proposed.nameservers ? [['nameservers', proposed.nameservers] as const] : [])])
}

const TO_PORT = /^-p tcp -j REDIRECT --to-ports (\d+)$/

/** TPROXY hands connections to -z, in old versions to -p. */
function portSettings(evidence: Evidence): Proposed[] {
  const tproxy = evidence.first('mangle', 'ISTIO_TPROXY', /--on-port (\d+)/)
  const redirected = evidence.first('nat', 'ISTIO_REDIRECT', TO_PORT)
  const same = { inboundCapturePort: evidence.first('nat', 'ISTIO_IN_REDIRECT', TO_PORT) ?? tproxy, tproxyMark: tproxyMark(evidence) }
  return [...new Set(redirected === null ? [null, tproxy] : [redirected])].map((proxyPort) => ({ ...same, proxyPort }))
}

function tproxyMark(evidence: Evidence): string | null {
  const mark = evidence.first('mangle', 'ISTIO_DIVERT', /-j MARK --set-xmark (0x[0-9a-f]+)\/0xffffffff$/)
    ?? evidence.first('mangle', 'ISTIO_TPROXY', /--tproxy-mark (0x[0-9a-f]+)/)
    ?? evidence.first('mangle', 'ISTIO_INBOUND', /-m mark --mark (0x[0-9a-f]+) -j RETURN$/)
    ?? evidence.first('mangle', 'OUTPUT', /-j MARK --set-xmark (0x[0-9a-f]+)\/0xffffffff$/)
  return mark && String(Number(mark))
}

function switchSettings(evidence: Evidence): Proposed {
  const dropped = evidence.first('mangle', 'PREROUTING', /-m conntrack --ctstate INVALID (-j) (?:ISTIO_)?DROP$/)
  return { ...(dropped && { dropInvalid: 'true' }), ...(evidence.any(/-j NFLOG .*--nflog-group 1337/) && { traceLogging: 'true' }) }
}
