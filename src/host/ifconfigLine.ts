import { isLinkLocal, isLoopback, parseAddress } from '../net/address.ts'
import { parsePrefix, prefixLength, width } from '../net/prefix.ts'
import type { InterfaceAddress } from './netns.ts'

/** "eth0: flags=4163<UP,…>" and, of older programs, "eth0      Link encap:Ethernet". */
const LINK = /^(\S+?):?\s+(?:flags=\d+<([^>]*)>|Link encap:)/
const INET = /^\s+inet (?:addr:)?([\d.]+)(?:.*?(?:netmask |Mask:)([\d.]+))?/
const INET6 = /^\s+inet6 (?:addr: ?)?([\da-f:]+)(?:%\S+)?(?:\/|\s+prefixlen )(\d+)/i

/** The interface a line of `ifconfig` begins; null when it begins none. */
export function ifconfigLink(text: string): { readonly name: string; readonly up: boolean } | null {
  const link = LINK.exec(text)
  return link && { name: link[1] ?? '', up: link[2] === undefined || link[2].split(',').includes('UP') }
}

/** The address a line of `ifconfig` shows (ifconfig(8)); null when it shows none. */
export function ifconfigAddress(text: string): InterfaceAddress | null {
  const inet = INET.exec(text) ?? INET6.exec(text)
  const address = parseAddress(inet?.[1] ?? '')
  if (!address) return null
  const mask = parsePrefix(`${inet?.[1]}/${inet?.[2] ?? width(address.family)}`)
  const scope = isLoopback(address) ? 'host' : isLinkLocal(address) ? 'link' : 'global'
  return { address, length: (mask && prefixLength(mask.mask)) ?? width(address.family), scope, secondary: false }
}
