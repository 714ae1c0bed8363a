import { anyAddress, parseAddress, printAddress } from '../../net/address.ts'
import { parsePort } from '../../net/portRange.ts'
import type { Effect } from '../effect.ts'
import type { TargetExtension } from '../extension.ts'
import { hex, readMasked } from '../maskedMark.ts'
import type { MaskedValue } from '../optionReader.ts'

interface Tproxy {
  readonly port: number
  /** The address to look for a listener on; 0.0.0.0 or :: for the interface's own. */
  readonly address: string
  readonly mark: MaskedValue
}

/** libxt_TPROXY prints "redirect ADDRESS:PORT mark VALUE/MASK"; an IPv6 address has no brackets there. */
function listed(text: string): { address: string; port: number } | null {
  const colon = text.lastIndexOf(':')
  const address = parseAddress(text.slice(0, colon))
  const port = parsePort(text.slice(colon + 1))
  return address && port !== null ? { address: printAddress(address), port } : null
}

/** xt_TPROXY: hands the packet to a transparent socket of this machine without rewriting it. */
export const tproxy: TargetExtension<Tproxy> = {
  name: 'TPROXY',
  ends: 'ends',
  options: { '--on-port': 1, '--on-ip': 1, '--tproxy-mark': 1 },
  capture: ({ port, mark }) => ({ port, how: 'tproxy', mark: mark.value }),
  tables: ['mangle'],
  hooks: ['PREROUTING'],
  parse(options) {
    const port = options.take('--on-port')
    const ip = options.take('--on-ip')
    const mark = options.take('--tproxy-mark')
    const address = ip ? parseAddress(options.word(ip)) : anyAddress(options.family)
    if (ip && !address) options.refuse(ip.flag, '--on-ip takes an address')
    return {
      port: port ? options.number(port, 65535) : 0,
      address: printAddress(address ?? anyAddress(options.family)),
      mark: mark ? options.masked(mark) : { value: 0, mask: 0 },
    }
  },
  print: ({ port, address, mark }) => `--on-port ${port} --on-ip ${address} --tproxy-mark ${hex(mark.value)}/${hex(mark.mask)}`,
  parseListing(cursor) {
    if (!cursor.skip('TPROXY', 'redirect')) return null
    const to = listed(cursor.next() ?? '')
    const mark = cursor.skip('mark') ? readMasked(cursor.next()) : null
    return to && mark && { ...to, mark }
  },
  printListing: ({ port, address, mark }) => `TPROXY redirect ${address}:${port} mark ${hex(mark.value)}/${hex(mark.mask)}`,
  compile({ port, address, mark: { value, mask } }) {
    const on = parseAddress(address)
    const unspecified = on && on.d === 0 && on.a === 0
    const effect: Effect = { kind: 'tproxy', address: unspecified ? null : on, port, mark: value, mask }
    return () => effect
  },
}
