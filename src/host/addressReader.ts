import { isLinkLocal, isLoopback, parseAddress, sameAddress } from '../net/address.ts'
import type { Address } from '../net/address.ts'
import { width } from '../net/prefix.ts'
import type { SourceLine } from '../ruleset/sourceLine.ts'
import { ifconfigAddress, ifconfigLink } from './ifconfigLine.ts'
import type { InterfaceAddress, NetInterface } from './netns.ts'
import type { SectionReader } from './sectionReader.ts'

interface Draft {
  readonly name: string
  up: boolean
  master: string | null
  readonly addresses: InterfaceAddress[]
}

/** "2: eth0@if852: <BROADCAST,UP> mtu …" (ip-address(8), print_linkinfo). */
const LINK = /^(\d+):\s+([^\s:]+?)(?:@[^\s:]+)?:\s+<([^>]*)>(.*)$/
/** The one-line form's "2: eth0    inet 10.20.0.77/24 …". */
const ONE_LINE = /^\d+:\s+([^\s:]+?)(?:@\S+)?\s+(inet6?\s.*)$/
const SCOPES = ['global', 'site', 'link', 'host'] as const

/** Reads `ip addr`, `ip -o addr`, `ip link` and `ifconfig`. */
export class AddressReader implements SectionReader {
  private readonly drafts = new Map<string, Draft>()
  private current: Draft | null = null

  read({ text }: SourceLine): boolean {
    const link = LINK.exec(text)
    if (link) return this.link(link)
    const oneLine = ONE_LINE.exec(text)
    if (!oneLine && !this.current) return this.ifconfig(text)
    if (oneLine) this.current = this.draft(oneLine[1] ?? '')
    return this.address((oneLine?.[2] ?? text).trim().split(/\s+/)) || this.ifconfig(text) || this.detail(text)
  }

  /** The next lines belong to no interface yet. */
  end(): void {
    this.current = null
  }

  value(): readonly NetInterface[] | null {
    return this.drafts.size === 0 ? null : [...this.drafts.values()]
  }

  private draft(name: string): Draft {
    const known = this.drafts.get(name)
    if (known) return known
    const made: Draft = { name, up: true, master: null, addresses: [] }
    this.drafts.set(name, made)
    return made
  }

  private link([, , name = '', flags = '', rest = '']: RegExpExecArray): true {
    this.current = this.draft(name)
    this.current.up = flags.split(',').includes('UP')
    this.current.master = /\smaster\s+(\S+)/.exec(rest)?.[1] ?? this.current.master
    return true
  }

  private address([kind, prefix, ...words]: readonly string[]): boolean {
    if (!this.current || (kind !== 'inet' && kind !== 'inet6')) return false
    // ifconfig writes the mask apart.
    return !words.some((word) => word === 'netmask' || word === 'prefixlen') && this.add(interfaceAddress(prefix ?? '', words))
  }

  private ifconfig(text: string): boolean {
    const link = ifconfigLink(text)
    if (link) {
      this.current = this.draft(link.name)
      this.current.up = link.up
    }
    return link !== null || (this.current !== null && this.add(ifconfigAddress(text)))
  }

  private add(read: InterfaceAddress | null): boolean {
    if (!read || !this.current) return false
    const known = this.current.addresses.some((each) => sameAddress(each.address, read.address) && each.length === read.length)
    if (!known) this.current.addresses.push(read)
    return true
  }

  /** Lines below an interface that say nothing the simulation needs. */
  private detail(text: string): boolean {
    return this.current !== null && /^\s+(link\/|valid_lft\s|altname\s|alias\s|RX:|TX:|vf\s)/.test(text)
  }
}

function interfaceAddress(prefix: string, words: readonly string[]): InterfaceAddress | null {
  const [text = '', bits] = prefix.split('/')
  const address = parseAddress(text)
  if (!address) return null
  // A point-to-point address stands before "peer ADDRESS/LENGTH".
  const length = bits ?? (words[0] === 'peer' ? words[1]?.split('/')[1] : undefined)
  const scope = words[words.indexOf('scope') + 1]
  return {
    address,
    length: length !== undefined && /^\d{1,3}$/.test(length) ? Number(length) : width(address.family),
    scope: SCOPES.find((each) => each === scope) ?? likelyScope(address),
    secondary: words.includes('secondary') || (address.family === 6 && words.includes('temporary')),
  }
}

const likelyScope = (address: Address): InterfaceAddress['scope'] => (isLoopback(address) ? 'host' : isLinkLocal(address) ? 'link' : 'global')
