import { anyAddress, isAnyAddress, isLinkLocal, isLoopback, isMulticast } from '../net/address.ts'
import type { Address } from '../net/address.ts'
import type { FibError, FibMatch } from '../host/fib.ts'
import { RouteTable } from '../host/netns.ts'
import type { Skb } from '../netfilter/skb.ts'
import type { Kernel } from './kernel.ts'

/** Where an outgoing packet goes, and the source address it is given. */
export interface OutputRoute {
  readonly device: string
  readonly source: Address
  readonly local: boolean
  readonly found: FibMatch
}

export type OutputError = FibError | 'invalid'

/** What a sender asks of the route (struct flowi4 as a socket fills it). */
export interface OutputFlow {
  readonly src: Address | null
  readonly dst: Address
  readonly mark: number
  readonly uid: number
  readonly device: string | null
  /** FLOWI_FLAG_ANYSRC: a transparent socket, or a reply that need not come from an own address. */
  readonly source: 'own' | 'any'
}

/** The route a packet took, in words. */
export const describeRoute = ({ route, table }: FibMatch): string => `table ${tableName(table)}, ${route.type} dev ${route.device ?? '-'}`

const tableName = (table: number): string => Object.entries(RouteTable).find(([, number]) => number === table)?.[0] ?? `${table}`

/** ip_route_output_key_hash_rcu, ip6_route_output. */
export function routeOutput(kernel: Kernel, flow: OutputFlow): OutputRoute | OutputError {
  const { fib } = kernel.fixed
  const { dst } = flow
  // ip6_route_output_flags has no such check: a listener that an fwmark route made local answers.
  if (dst.family === 4 && flow.src && flow.source === 'own' && !isAnyAddress(flow.src) && !fib.isLocal(flow.src)) return 'invalid'
  const found = fib.lookup({ family: dst.family, src: flow.src, dst, mark: flow.mark, in: null, out: flow.device, uid: flow.uid }, kernel.decide)
  if (typeof found === 'string') return found
  return outputRoute(kernel, flow, found)
}

/**
 * The route of connect(): ip_route_connect looks a second time, now with the source the first look gave, which must be an
 * address of this host unless the socket is transparent.
 */
export function routeConnect(kernel: Kernel, flow: OutputFlow): OutputRoute | OutputError {
  const first = routeOutput(kernel, flow)
  if (typeof first === 'string' || flow.src !== null || flow.dst.family === 6) return first
  return routeOutput(kernel, { src: first.source, dst: flow.dst, mark: flow.mark, uid: flow.uid, device: flow.device, source: flow.source })
}

function outputRoute(kernel: Kernel, flow: OutputFlow, found: FibMatch): OutputRoute | OutputError {
  const { route } = found
  const local = route.type === 'local'
  const device = local ? 'lo' : route.device
  if (device === null) return 'unreachable'
  const source = flow.src ?? route.source ?? (local && flow.dst.family === 4 ? flow.dst : kernel.fixed.fib.sourceFor(device, flow.dst.family === 4 ? (route.via ?? flow.dst) : flow.dst))
  // __mkroute_output: a loopback source leaves by lo only.
  if (source && flow.dst.family === 4 && isLoopback(source) && device !== 'lo' && kernel.deviceSysctl(device, 'route_localnet') === 0) return 'invalid'
  return { device, source: source ?? anyAddress(flow.dst.family), local, found }
}

export type InputRoute = { readonly kind: 'local' | 'forward'; readonly device: string; readonly found: FibMatch } | { readonly kind: 'drop'; readonly code: string; readonly why: string } | { readonly kind: 'unreachable'; readonly error: FibError; readonly why: string }

/** ip_route_input_slow: martians, the table, the source's validity. */
export function routeInput(kernel: Kernel): InputRoute {
  const { skb } = kernel
  const device = skb.in ?? 'lo'
  const martian = martianAddress(kernel, skb, device)
  if (martian) return { kind: 'drop', code: 'martian', why: martian }
  const found = kernel.fixed.fib.lookup({ family: skb.family, src: skb.src, dst: skb.dst, mark: skb.mark, in: skb.in, out: strictInput(skb, device), uid: 0 }, kernel.decide)
  if (typeof found === 'string') return unroutable(kernel, skb, device, found, `there is no route to it (${found})`)
  const { route } = found
  if (route.type === 'local' || route.type === 'broadcast') {
    return sourceValid(kernel) ? { kind: 'local', device, found } : invalidSource(device)
  }
  if (!forwards(kernel, skb, device)) return { kind: 'drop', code: 'no-route', why: `it is for another host (${describeRoute(found)}), and forwarding is off` }
  if (route.type !== 'unicast' && route.type !== 'multicast') return { kind: 'drop', code: 'martian', why: `its destination is of type ${route.type}` }
  if (!sourceValid(kernel)) return invalidSource(device)
  return { kind: 'forward', device: route.device ?? device, found }
}

/** rt6_need_strict: what goes to ::1 or a link-local address must be routed by the device it came in by; the route of ::1 is lo's. */
const strictInput = ({ family, dst }: Skb, device: string): string | null => (family === 6 && device !== 'lo' && (isLoopback(dst) || isLinkLocal(dst)) ? device : null)

/** ip_error: the sender is told only by a host that forwards. */
function unroutable(kernel: Kernel, skb: Skb, device: string, error: FibError, why: string): InputRoute {
  return forwards(kernel, skb, device) && error !== 'blackhole' ? { kind: 'unreachable', error, why } : { kind: 'drop', code: 'no-route', why }
}

const invalidSource = (device: string): InputRoute => ({ kind: 'drop', code: 'martian-source', why: `its source address cannot come in by ${device} (fib_validate_source)` })

function forwards(kernel: Kernel, skb: Skb, device: string): boolean {
  if (skb.family === 6) return kernel.sysctl('net.ipv6.conf.all.forwarding', 0) > 0
  const { interfaceSysctls } = kernel.fixed
  return (interfaceSysctls.value(device, 'forwarding') ?? interfaceSysctls.value('all', 'forwarding') ?? kernel.sysctl('net.ipv4.ip_forward', 0)) > 0
}

/** Addresses that may not come in from outside; null when there is nothing against them. */
function martianAddress(kernel: Kernel, skb: Skb, device: string): string | null {
  if (isMulticast(skb.src)) return 'its source is a multicast address'
  if (device === 'lo') return null
  if (skb.family === 6) return isLoopback(skb.src) ? 'a loopback address cannot come from outside' : null
  if (skb.src.d >>> 24 === 0 && !isAnyAddress(skb.src)) return 'its source is in 0.0.0.0/8'
  if (kernel.deviceSysctl(device, 'route_localnet') > 0) return null
  if (isLoopback(skb.src)) return `its source is a loopback address, yet it came in by ${device}`
  return isLoopback(skb.dst) ? `its destination is a loopback address, yet it came in by ${device} (route_localnet is 0)` : null
}

function sourceValid(kernel: Kernel): boolean {
  const { skb } = kernel
  const device = skb.in ?? 'lo'
  const mark = kernel.deviceSysctl(device, 'src_valid_mark') > 0 ? skb.mark : 0
  return validSource(kernel, skb, kernel.deviceSysctl(device, 'rp_filter'), mark)
}

/** fib_validate_source: 0 no reverse path filter, 1 strict, 2 loose. IPv6 has none of its own. */
export function validSource(kernel: Kernel, skb: Skb, filter: number, mark: number): boolean {
  const device = skb.in ?? 'lo'
  if (skb.family === 6 || isAnyAddress(skb.src)) return true
  const { fib } = kernel.fixed
  if (filter === 0 && !hasCustomRouting(kernel)) return kernel.deviceSysctl(device, 'accept_local') > 0 || !kernel.isOwnAddress(skb.src)
  const back = fib.lookup({ family: skb.family, src: skb.dst, dst: skb.src, mark, in: device, out: null, uid: 0 }, kernel.decide)
  if (typeof back === 'string') return filter === 0
  if (back.route.type !== 'unicast') return back.route.type === 'local' && kernel.deviceSysctl(device, 'accept_local') > 0
  return back.route.device === device || filter !== 1
}

/** fib_has_custom_local_routes or fib4_has_custom_rules: then the cheap check would be too optimistic. */
const hasCustomRouting = (kernel: Kernel): boolean =>
  kernel.fixed.netns.rules.some((rule) => rule.family === 4 && rule.action.kind === 'lookup' && !STANDARD.has(rule.action.table))

const STANDARD: ReadonlySet<number> = new Set(Object.values(RouteTable))
