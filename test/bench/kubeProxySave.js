// A node's nat table as kube-proxy writes it: so many ClusterIP Services of three endpoints each.
const address = (n, second) => `10.${second + (n >> 16)}.${(n >> 8) & 255}.${n & 255}`
const name = (kind, n) => `KUBE-${kind}-${n.toString(36).toUpperCase().padStart(8, '0')}AAAAAAAA`

/** The ClusterIP of the n-th Service, from 0. */
export const serviceAddress = (n) => address(n, 96)

const PROBABILITY = ['0.33333333349', '0.50000000000']

function serviceLines(n) {
  const [service, chain, cluster] = [`ns${n % 50}/service-${n}:http`, name('SVC', n), address(n, 96)]
  const endpoints = [0, 1, 2].map((i) => ({ chain: name('SEP', 3 * n + i), address: address(3 * n + i, 128) }))
  return {
    chains: [chain, ...endpoints.map((each) => each.chain)],
    services: [`-A KUBE-SERVICES -d ${cluster}/32 -p tcp -m comment --comment "${service} cluster IP" -m tcp --dport 80 -j ${chain}`],
    rules: [
      `-A ${chain} ! -s 10.128.0.0/9 -d ${cluster}/32 -p tcp -m comment --comment "${service} cluster IP" -m tcp --dport 80 -j KUBE-MARK-MASQ`,
      ...endpoints.map((each, i) => `-A ${chain} -m comment --comment "${service} -> ${each.address}:8080"${i < 2 ? ` -m statistic --mode random --probability ${PROBABILITY[i]}` : ''} -j ${each.chain}`),
      ...endpoints.flatMap((each) => [
        `-A ${each.chain} -s ${each.address}/32 -m comment --comment "${service}" -j KUBE-MARK-MASQ`,
        `-A ${each.chain} -p tcp -m comment --comment "${service}" -m tcp -j DNAT --to-destination ${each.address}:8080`,
      ]),
    ],
  }
}

/** The text iptables-save prints of it: 11 rules a Service. */
export function kubeProxySave(services) {
  const all = Array.from({ length: services }, (_, n) => serviceLines(n))
  return [
    '*nat', ':PREROUTING ACCEPT [0:0]', ':INPUT ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]', ':POSTROUTING ACCEPT [0:0]', ':KUBE-MARK-MASQ - [0:0]', ':KUBE-POSTROUTING - [0:0]', ':KUBE-SERVICES - [0:0]',
    ...all.flatMap(({ chains }) => chains.map((chain) => `:${chain} - [0:0]`)),
    '-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES', '-A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
    '-A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING', '-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000',
    '-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN', '-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0', '-A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully',
    ...all.flatMap(({ services: lines }) => lines), ...all.flatMap(({ rules }) => rules), 'COMMIT', '',
  ].join('\n')
}
