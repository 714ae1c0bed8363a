import { CONNECTION_MARK, ZTUNNEL_MARK } from './ambientSection.ts'
import type { AmbientSection } from './ambientSection.ts'
import { podDns } from './podDns.ts'

/** The rules inside an ambient pod (cni/pkg/iptables/iptables.go AppendInpodRules). */
export function podRules(each: AmbientSection): void {
  jumps(each)
  virtualInterfaces(each)
  probes(each)
  if (each.tproxy) inboundTproxy(each)
  else if (!isIngress(each)) inboundRedirect(each)
  each.rules.append('mangle', 'ISTIO_OUTPUT', `-m connmark --mark ${CONNECTION_MARK} -j CONNMARK --restore-mark --nfmask 0xffffffff --ctmask 0xffffffff`, { note: "the app's replies are marked, and so routed back to ztunnel" })
  podDns(each)
  outbound(each)
}

const isIngress = ({ config, behaviour }: AmbientSection): boolean => config.ingressMode && behaviour.has('ambient-ingress-mode')

function jumps({ behaviour, rules, dns, tproxy }: AmbientSection): void {
  const why = { note: 'the pod is part of the ambient mesh' }
  rules.append('mangle', 'PREROUTING', '-j ISTIO_PRERT', why)
  rules.append('mangle', 'OUTPUT', '-j ISTIO_OUTPUT', why)
  rules.append('nat', 'OUTPUT', '-j ISTIO_OUTPUT', why)
  if (dns && behaviour.has('ambient-dns-tcp')) {
    rules.append('raw', 'PREROUTING', '-j ISTIO_PRERT', { note: 'DNS is captured', argument: 'REDIRECT_DNS' })
    rules.append('raw', 'OUTPUT', '-j ISTIO_OUTPUT', { note: 'DNS is captured', argument: 'REDIRECT_DNS' })
  }
  if (!tproxy) rules.append('nat', 'PREROUTING', '-j ISTIO_PRERT', why)
}

function virtualInterfaces({ config, behaviour, rules }: AmbientSection): void {
  if (!behaviour.has('ambient-virtual-interfaces')) return
  for (const name of config.virtualInterfaces) {
    const why = { note: 'what a virtual interface sends in is treated as outbound', argument: `VirtualInterfaces ${name}` }
    rules.append('nat', 'ISTIO_PRERT', `-i ${name} -p tcp -j REDIRECT --to-ports 15001`, why)
    rules.append('nat', 'ISTIO_PRERT', `-i ${name} -p tcp -j RETURN`, why)
  }
}

function probes(each: AmbientSection): void {
  const { rules, probe, tproxy } = each
  const argument = `HOST_PROBE_SNAT_IP ${probe ?? ''}`
  if (!isIngress(each)) {
    rules.append('mangle', 'ISTIO_PRERT', `-m mark --mark ${ZTUNNEL_MARK} -j CONNMARK --set-xmark ${CONNECTION_MARK}`, { note: 'connections ztunnel opens to the app are remembered' })
    if (probe !== null) rules.append(tproxy ? 'mangle' : 'nat', 'ISTIO_PRERT', `-s ${probe} -p tcp -m tcp -j ACCEPT`, { note: "kubelet's probes are not captured", argument })
  }
  if (probe !== null) rules.append('nat', 'ISTIO_OUTPUT', `-d ${probe} -p tcp -m tcp -j ACCEPT`, { note: "answers to kubelet's probes are not captured", argument })
}

function inboundRedirect({ rules, loopback }: AmbientSection): void {
  rules.append('nat', 'ISTIO_PRERT', `! -d ${loopback} -p tcp ! --dport 15008 -m mark ! --mark ${ZTUNNEL_MARK} -j REDIRECT --to-ports 15006`, { note: 'inbound connections go to ztunnel; those to 15008 (HBONE) reach it by themselves' })
}

function inboundTproxy(each: AmbientSection): void {
  if (isIngress(each)) return
  const { rules, loopback } = each
  const target = (port: number): string => `-m mark ! --mark ${ZTUNNEL_MARK} -j TPROXY --on-port ${port} --tproxy-mark ${CONNECTION_MARK}`
  rules.append('mangle', 'ISTIO_PRERT', `! -d ${loopback} -p tcp -i lo -j ACCEPT`, { note: 'the app calling itself by the pod address is not captured' })
  rules.append('mangle', 'ISTIO_PRERT', `-p tcp -m tcp --dport 15008 ${target(15008)}`, { note: 'HBONE connections are handed to ztunnel' })
  rules.append('mangle', 'ISTIO_PRERT', '-p tcp -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT', { note: 'known connections are left as they are' })
  rules.append('mangle', 'ISTIO_PRERT', `! -d ${loopback} -p tcp ${target(15006)}`, { note: 'other inbound connections are handed to ztunnel' })
}

function outbound({ rules, loopback }: AmbientSection): void {
  rules.append('nat', 'ISTIO_OUTPUT', `-p tcp -m mark --mark ${CONNECTION_MARK} -j ACCEPT`, { note: 'answers of connections ztunnel handles are not captured' })
  rules.append('nat', 'ISTIO_OUTPUT', `! -d ${loopback} -o lo -j ACCEPT`, { note: 'the app calling itself by the pod address is not captured' })
  rules.append('nat', 'ISTIO_OUTPUT', `! -d ${loopback} -p tcp -m mark ! --mark ${ZTUNNEL_MARK} -j REDIRECT --to-ports 15001`, { note: 'outbound connections go to ztunnel, except its own' })
}
