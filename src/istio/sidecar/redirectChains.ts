import { because } from '../configuration.ts'
import type { Section } from './section.ts'

/** The tunnel port's RETURN, and the two chains that redirect to Envoy (run.go Run). */
export function redirectChains(section: Section): void {
  const { config, behaviour, rules, dns } = section
  const { inboundTunnelPort, proxyPort } = config.text
  const option = behaviour.has('to-port') ? '--to-port' : '--to-ports'
  if (behaviour.has('tunnel-port')) rules.append('nat', 'ISTIO_INBOUND', `-p tcp --dport ${inboundTunnelPort.value} -j RETURN`, because('the tunnel (HBONE) port is served by Envoy itself', inboundTunnelPort))
  if (dns && behaviour.has('dns-udp-dnat')) rules.append('nat', 'ISTIO_REDIRECT', '-p tcp --dport 53 -j REDIRECT --to-ports 15053', because('DNS over TCP goes to the agent', config.on.redirectDns))
  rules.append('nat', 'ISTIO_REDIRECT', `-p tcp -j REDIRECT ${option} ${proxyPort.value}`, because('captured outbound connections go to this port of Envoy', proxyPort))
  const inbound = inboundTarget(section)
  rules.logged('InboundCapture').append('nat', 'ISTIO_IN_REDIRECT', `-p tcp -j REDIRECT ${option} ${inbound.value}`, because('captured inbound connections go to this port of Envoy', inbound))
}

const inboundTarget = ({ config, behaviour }: Section): typeof config.text.proxyPort =>
  behaviour.has('list-goes-to-proxy-port') && config.text.inboundPorts.value !== '*' ? config.text.proxyPort : config.text.inboundCapturePort
