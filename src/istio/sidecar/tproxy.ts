import { because } from '../configuration.ts'
import { items } from './section.ts'
import type { Section } from './section.ts'

/** Marks that bring replies back to Envoy, and keep its own packets from being captured again (run.go Run, at its end). */
export function tproxyMarks(section: Section): void {
  const { config, behaviour, rules, tproxy } = section
  if (!tproxy) return
  const { tproxyMark: mark, mode } = config.text
  if (behaviour.has('tproxy-mark-loopback')) {
    rules.append('mangle', 'OUTPUT', `-p tcp -s 127.0.0.1/32 ! -d 127.0.0.1/32 -j MARK --set-mark ${mark.value}`, because('replies of Envoy are routed to lo', mode))
  }
  if (!behaviour.has('tproxy-connmark')) return
  const saved = because('the mark Envoy sets on its connections to the app is kept with the connection', mode)
  rules.append('mangle', 'PREROUTING', `-p tcp -m mark --mark ${mark.value} -j CONNMARK --save-mark`, saved)
  if (behaviour.has('tproxy-outbound-mark')) outboundMarks(section)
  rules.append('mangle', 'OUTPUT', `-p tcp -m connmark --mark ${mark.value} -j CONNMARK --restore-mark`, because("the app's replies carry the mark again, and so are routed back to Envoy", mode))
  inboundExceptions(section)
}

/** A constant of the tool: 1.30.0 tools/istio-iptables/pkg/constants/constants.go OutboundMark. */
const OUTBOUND_MARK = '1338'

function outboundMarks({ config, behaviour, rules, loopback }: Section): void {
  const { tproxyMark: mark, mode, proxyUid, proxyGid } = config.text
  rules.append('mangle', 'OUTPUT', `-p tcp -o lo -m mark --mark ${mark.value} -j RETURN`, because('what Envoy sends to the app keeps its mark', mode))
  const ids = [...items(proxyUid.value, behaviour).map((id) => `--uid-owner ${id}`), ...items(proxyGid.value, behaviour).map((id) => `--gid-owner ${id}`)]
  for (const id of ids) {
    rules.append('mangle', 'OUTPUT', `! -d ${loopback} -p tcp -o lo -m owner ${id} -j MARK --set-mark ${OUTBOUND_MARK}`, because('Envoy calling the pod itself over lo is marked, to be captured as inbound', mode))
  }
}

/** Inserted above all else, even when nothing jumps to the chain (-b ''). */
function inboundExceptions({ config, behaviour, rules, passthrough }: Section): void {
  const { tproxyMark: mark, mode } = config.text
  const at = (position: number): { table: 'mangle'; chain: string; position: number } => ({ table: 'mangle', chain: 'ISTIO_INBOUND', position })
  rules.insert(at(1), `-p tcp -m mark --mark ${mark.value} -j RETURN`, because('what Envoy sends to the app is not captured again', mode))
  if (!behaviour.has('tproxy-outbound-mark')) return
  rules.insert(at(2), `-p tcp -s ${passthrough} -i lo -j RETURN`, because('what Envoy or the agent sends to the app from this address is not captured again', mode))
  rules.insert(at(3), `-p tcp -i lo -m mark ! --mark ${OUTBOUND_MARK} -j RETURN`, because('the app calling itself over lo is not captured', mode))
}
