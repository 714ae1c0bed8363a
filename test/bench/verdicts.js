import { handshakes, newFlows } from './kernel.js'
import { kubeProxySave, serviceAddress } from './kubeProxySave.js'
import { istioSave } from './measure.js'
import { measured, noKernel } from './timing.js'

const rate = (value) => `${Math.round(value / 1000).toLocaleString('en')},000 a second`.replace(/^0,000/, 'under 1,000')

/** Walks against the kernel's own, through the same rules. */
export function* verdicts() {
  const why = noKernel()
  yield against('whole connections through Istio REDIRECT', measured('connections', 'REDIRECT'), why ?? handshakes(istioSave('1.20', 'REDIRECT'), '203.0.113.9', 80, 15001, 5000), 'at least 2, and 100,000 a second')
  yield { what: 'whole connections through Istio TPROXY', figure: rate(measured('connections', 'TPROXY')), how: 'every packet of the handshake, Envoy\'s own dial to the app and its handshake' }
  yield { what: 'first packets through Istio REDIRECT, TPROXY', figure: `${rate(measured('first-packets', 'REDIRECT'))}, ${rate(measured('first-packets', 'TPROXY'))}`, how: 'from the wire to the socket' }
  yield { what: 'first packets to the last of 1,000 Services', figure: rate(measured('first-packets-services', 1000)), how: 'as the dice of kube-proxy fall' }
  yield against('first packets to the last of 10,000 Services', measured('first-packets-services', 10_000), why ?? newFlows(kubeProxySave(10_000), serviceAddress(9999), 80, 2000), 'at least 50')
}

function against(what, ours, theirs, aim) {
  if (typeof theirs === 'string') return { what, figure: `${rate(ours)}; against the kernel skipped: ${theirs}`, aim, how: 'one thread' }
  return { what, figure: `${(ours / theirs).toFixed(1)} × the kernel's own (${rate(ours)})`, aim, how: `the kernel: ${Math.round(theirs).toLocaleString('en')} a second` }
}
