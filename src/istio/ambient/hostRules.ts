import type { AmbientSection } from './ambientSection.ts'

/** Probes of the node get an address of their own, so that the pod can tell them from other traffic (iptables.go AppendHostRules). */
export function hostRules({ behaviour, family, rules, probe }: AmbientSection): void {
  const jump = { note: 'connections the node opens itself are looked at' }
  if (behaviour.has('ambient-host-rule-first')) rules.insert({ table: 'nat', chain: 'POSTROUTING', position: 1 }, '-j ISTIO_POSTRT', jump)
  else rules.append('nat', 'POSTROUTING', '-j ISTIO_POSTRT', jump)
  if (probe === null) return
  const set = behaviour.has('ambient-probe-per-family') ? `istio-inpod-probes-v${family}` : 'istio-inpod-probes'
  rules.append('nat', 'ISTIO_POSTRT', `-m owner --socket-exists -p tcp -m set --match-set ${set} dst -j SNAT --to-source ${probe}`, { note: "kubelet's probes of ambient pods get an address of their own, which the pod lets through", argument: `HOST_PROBE_SNAT_IP ${probe}` })
}
