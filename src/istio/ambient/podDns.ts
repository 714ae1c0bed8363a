import { ZTUNNEL_MARK } from './ambientSection.ts'
import type { AmbientSection } from './ambientSection.ts'

/** DNS of the app goes to ztunnel on 15053 (cni/pkg/iptables/iptables.go). */
export function podDns({ config, behaviour, rules, loopback, dns }: AmbientSection): void {
  if (!dns) return
  const argument = config.podDns === 'enabled' ? 'the pod asks for DNS capture' : 'REDIRECT_DNS'
  const tcpToo = behaviour.has('ambient-dns-tcp')
  const notZtunnel = `-m mark ! --mark ${ZTUNNEL_MARK} `
  rules.append('nat', 'ISTIO_OUTPUT', `! -o lo -p udp ${tcpToo ? notZtunnel : ''}-m udp --dport 53 -j REDIRECT --to-port 15053`, { note: 'DNS over UDP goes to ztunnel', argument })
  if (!tcpToo) return
  rules.append('nat', 'ISTIO_OUTPUT', `! -d ${loopback} -p tcp --dport 53 ${notZtunnel}-j REDIRECT --to-ports 15053`, { note: 'DNS over TCP goes to ztunnel', argument })
  const why = { note: "ztunnel's own queries and their answers are tracked apart (zone 1)", argument }
  rules.append('raw', 'ISTIO_OUTPUT', `-p udp -m mark --mark ${ZTUNNEL_MARK} -m udp --dport 53 -j CT --zone 1`, why)
  rules.append('raw', 'ISTIO_PRERT', `-p udp ${notZtunnel}-m udp --sport 53 -j CT --zone 1`, why)
}
