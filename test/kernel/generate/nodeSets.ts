import fc from 'fast-check'
import type { Family } from '../../../src/net/address.ts'
import type { LabRule } from '../labCase.ts'
import { NODE_PORTS, poolOf } from './pools.ts'

const nat = (chain: string, spec: string): LabRule => ({ table: 'nat', chain, spec })
const filter = (chain: string, spec: string): LabRule => ({ table: 'filter', chain, spec })
const at = (family: Family, address: string, port: number): string => (family === 6 ? `[${address}]:${port}` : `${address}:${port}`)

/** A Service as kube-proxy has it. */
interface Service {
  readonly name: string
  readonly address: string
  readonly port: number
  readonly protocol: 'tcp' | 'udp'
  readonly nodePort: number | null
  readonly endpoints: readonly string[]
  readonly policy: 'Cluster' | 'Local'
}

function service(family: Family, index: number): fc.Arbitrary<Service> {
  const { near, own, far } = poolOf('NODE', family)
  return fc.record({
    name: fc.constant(`S${index}`), address: fc.constant(far[1 + index] ?? own), port: fc.constantFrom(80, 443), protocol: fc.constantFrom('tcp', 'tcp', 'tcp', 'udp'),
    nodePort: fc.constantFrom(null, NODE_PORTS[index] ?? null), endpoints: fc.subarray([...near, own, far[0] ?? own], { maxLength: 2 }), policy: fc.constantFrom('Cluster', 'Cluster', 'Local'),
  })
}

/** How kube-proxy chooses among endpoints: each with the chance that is left. */
const chosen = (left: number): string => (left === 1 ? '' : `-m statistic --mode random --probability ${(1 / left).toFixed(8)} `)

function endpointRules(family: Family, { name, protocol, endpoints }: Service): LabRule[] {
  return endpoints.flatMap((endpoint, i) => [
    nat(`CW_SVC_${name}`, `-m comment --comment "${name} -> ${endpoint}" ${chosen(endpoints.length - i)}-j CW_SEP_${name}_${i}`),
    nat(`CW_SEP_${name}_${i}`, `-s ${endpoint} -j CW_MARK_MASQ`),
    nat(`CW_SEP_${name}_${i}`, `-p ${protocol} -m ${protocol} -j DNAT --to-destination ${at(family, endpoint, 8080)}`),
  ])
}

function serviceRules(family: Family, pods: string, service: Service): LabRule[] {
  const { name, address, port, protocol, nodePort, endpoints, policy } = service
  const to = `-d ${address} -p ${protocol} -m ${protocol} --dport ${port}`
  if (endpoints.length === 0) return [filter('CW_SERVICES', `${to} -j REJECT`)]
  const external = nodePort === null ? [] : [
    nat('CW_NODEPORTS', `-p ${protocol} -m ${protocol} --dport ${nodePort} -j CW_EXT_${name}`),
    ...(policy === 'Cluster' ? [nat(`CW_EXT_${name}`, '-j CW_MARK_MASQ')] : [nat(`CW_EXT_${name}`, `-s ${pods} -j CW_SVC_${name}`), nat(`CW_EXT_${name}`, '-m addrtype --src-type LOCAL -j CW_MARK_MASQ')]),
    nat(`CW_EXT_${name}`, `-j CW_SVC_${name}`),
  ]
  return [nat('CW_SERVICES', `${to} -j CW_SVC_${name}`), nat(`CW_SVC_${name}`, `! -s ${pods} ${to} -j CW_MARK_MASQ`), ...endpointRules(family, service), ...external]
}

/** What kube-proxy makes of Services (pkg/proxy/iptables), under chain names of the laboratory. */
export function kubeSet(family: Family): fc.Arbitrary<LabRule[]> {
  const pods = poolOf('NODE', family).ranges[0] ?? ''
  const masquerade = fc.constantFrom('-j MASQUERADE', '-j MASQUERADE --random-fully')
  return fc.tuple(fc.tuple(service(family, 0), service(family, 1)), masquerade, fc.boolean()).map(([services, masked, firewall]) => [
    ...['PREROUTING', 'OUTPUT'].map((chain) => nat(chain, '-j CW_SERVICES')), nat('POSTROUTING', '-j CW_POSTROUTING'),
    nat('CW_MARK_MASQ', '-j MARK --or-mark 0x4000'), nat('CW_POSTROUTING', '-m mark ! --mark 0x4000/0x4000 -j RETURN'), nat('CW_POSTROUTING', '-j MARK --xor-mark 0x4000'), nat('CW_POSTROUTING', masked),
    ...services.flatMap((each) => serviceRules(family, pods, each)), nat('CW_SERVICES', '-m addrtype --dst-type LOCAL -j CW_NODEPORTS'),
    ...['INPUT', 'FORWARD', 'OUTPUT'].map((chain) => filter(chain, '-m conntrack --ctstate NEW -j CW_SERVICES')),
    filter('FORWARD', '-m conntrack --ctstate INVALID -j DROP'), filter('FORWARD', '-m mark --mark 0x4000/0x4000 -j ACCEPT'), filter('FORWARD', '-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT'),
    ...(firewall && family === 4 ? [filter('OUTPUT', '! -s 127.0.0.0/8 -d 127.0.0.0/8 -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP')] : []),
  ])
}

/** Published ports of containers, as Docker has them. */
export function dockerSet(family: Family): fc.Arbitrary<LabRule[]> {
  const { near: [left = ''], ranges: [pods = ''] } = poolOf('NODE', family)
  const loopback = family === 4 ? '127.0.0.0/8' : '::1/128'
  return fc.tuple(fc.constantFrom('vleft', 'v+'), fc.constantFrom(80, 8080), fc.boolean()).map(([device, port, isolated]) => [
    nat('PREROUTING', '-m addrtype --dst-type LOCAL -j CW_DOCKER'), nat('OUTPUT', `! -d ${loopback} -m addrtype --dst-type LOCAL -j CW_DOCKER`), nat('POSTROUTING', `-s ${pods} ! -o ${device} -j MASQUERADE`),
    nat('POSTROUTING', `-s ${left}/${family === 4 ? 32 : 128} -d ${left}/${family === 4 ? 32 : 128} -p tcp -m tcp --dport 80 -j MASQUERADE`), nat('CW_DOCKER', `! -i ${device} -p tcp -m tcp --dport ${port} -j DNAT --to-destination ${at(family, left, 80)}`),
    filter('FORWARD', '-j CW_USER'), filter('FORWARD', `-o ${device} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`), filter('FORWARD', `-o ${device} -j CW_DOCKER`), filter('FORWARD', `-i ${device} ! -o ${device} -j ACCEPT`),
    filter('CW_DOCKER', `-d ${left} ! -i ${device} -o ${device} -p tcp -m tcp --dport 80 -j ACCEPT`), filter('CW_USER', '-j RETURN'), ...(isolated ? [filter('FORWARD', `-i ${device} -o ${device} -j DROP`)] : []),
  ])
}

/** A router with port forwarding. */
export function routerSet(family: Family): fc.Arbitrary<LabRule[]> {
  const { near: [left = '', right = ''], own } = poolOf('NODE', family)
  const source = fc.constantFrom('MASQUERADE', `SNAT --to-source ${own}`, 'MASQUERADE --random')
  const rest = fc.constantFrom('DROP', 'REJECT', `REJECT --reject-with ${family === 4 ? 'icmp-host-prohibited' : 'icmp6-adm-prohibited'}`, 'ACCEPT')
  return fc.tuple(source, rest, fc.constantFrom('-i eth0', '')).map(([masked, otherwise, from]) => [
    nat('PREROUTING', `${from} -p tcp -m tcp --dport 30080 -j DNAT --to-destination ${at(family, left, 80)}`), nat('PREROUTING', `${from} -d ${own} -p udp -m udp --dport 53 -j DNAT --to-destination ${right}`),
    nat('POSTROUTING', `-o eth0 -j ${masked}`), filter('FORWARD', '-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT'), filter('FORWARD', '-m conntrack --ctstate DNAT -j ACCEPT'),
    filter('FORWARD', '-i vleft -j ACCEPT'), filter('FORWARD', `-j ${otherwise}`), filter('INPUT', '-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT'), filter('INPUT', '-p tcp -m tcp --dport 22 -j ACCEPT'), filter('INPUT', `-i eth0 -j ${otherwise}`),
  ].map((rule) => ({ ...rule, spec: rule.spec.trim() })))
}

export const nodeSet = (family: Family): fc.Arbitrary<LabRule[]> => fc.oneof({ weight: 3, arbitrary: kubeSet(family) }, { weight: 1, arbitrary: dockerSet(family) }, { weight: 1, arbitrary: routerSet(family) })
