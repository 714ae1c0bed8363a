import { parseAddress, printAddress } from '../net/address.ts'
import type { Family } from '../net/address.ts'
import { parsePrefix, printPrefix } from '../net/prefix.ts'
import type { Behaviour } from './changes.ts'

/** A CIDR as Istio reads it. */
export interface Cidr {
  readonly family: Family
  /** As it stands in the rule. */
  readonly text: string
  readonly loopback: boolean
}

/** Reads one CIDR: net.ParseCIDR, which clears host bits, and from 1.16 netip.ParsePrefix, which keeps them. Null when it is none. */
export function parseCidr(text: string, behaviour: Behaviour): Cidr | null {
  const [base, bits, ...more] = text.split('/')
  if (base === undefined || bits === undefined || more.length > 0 || !/^(0|[1-9]\d{0,2})$/.test(bits)) return null
  if (/(?:^|\.)0\d/.test(base) && !behaviour.has('cidr-leading-zeros')) return null
  const address = parseAddress(base)
  const prefix = parsePrefix(text)
  if (!address || !prefix) return null
  const loopback = address.family === 4 ? address.d >>> 24 === 127 : printAddress(address) === '::1'
  return { family: address.family, loopback, text: behaviour.has('cidr-host-bits-masked') ? printPrefix(prefix) : `${printAddress(address)}/${bits}` }
}
