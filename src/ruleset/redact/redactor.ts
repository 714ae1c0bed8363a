import { lexedTokens } from '../../../grammar/parse.ts'
import type { TypedWord } from '../../../grammar/parse.ts'
import { quoted } from '../../extensions/quoted.ts'
import { targetExtension } from '../../extensions/registry.ts'
import { parseAddress, printAddress } from '../../net/address.ts'
import type { Address } from '../../net/address.ts'
import { parseMac } from '../../net/mac.ts'
import { isHook } from '../../netfilter/hook.ts'
import { ADDRESSES, pseudonymAddress, replaceAddresses } from './pseudonymAddress.ts'
import type { SecretBit } from './pseudonymAddress.ts'

/** What was replaced by what: an address, a chain, a name, a comment. */
export interface Pseudonym {
  readonly from: string
  readonly to: string
}

export interface Redacted {
  readonly text: string
  readonly pseudonyms: readonly Pseudonym[]
  /** Conditions that may hold an address or a name in a form not looked into here. */
  readonly unsure: readonly string[]
}

/** Flags whose value somebody chose, and what it is called instead. */
const NAMED: Readonly<Record<string, string>> = {
  '--comment': 'comment', '--log-prefix': 'log', '--nflog-prefix': 'log', '--ulog-prefix': 'log', '--match-set': 'set', '--add-set': 'set', '--del-set': 'set', '--map-set': 'set',
  '--name': 'list', '--hashlimit-name': 'limit', '--rateest': 'rate', '--rateest1': 'rate', '--rateest2': 'rate', '--rateest-name': 'rate', '--nfacct-name': 'account', '--label': 'label', '--led-trigger-id': 'light', '--path': 'path',
}

/** Users and groups that are the same everywhere. */
const OWNERS = new Set(['--uid-owner', '--gid-owner'])
const KNOWN_OWNER = /^(?:[\d-]+|root|istio-proxy)$/

const CHAIN_FLAGS = new Set(['-A', '-j', '-g', '--jump', '--goto'])

/** Chains of programs everybody runs: what makes them, and so the walk, is told by their names. */
const KNOWN_CHAIN = /^(?:ISTIO_\w+|PROXY_INIT_\w+|(?:KUMA_)?MESH_\w+|CONSUL_\w+|OSM_PROXY_\w+|APPMESH_\w+|ZTUNNEL_\w+|DOCKER(?:-[A-Z0-9-]+)?|FLANNEL-\w+|CNI-(?:HOSTPORT-\w+|FORWARD|ADMIN)|CILIUM_\w+|IP-MASQ(?:-AGENT)?|KUBE-(?!SVC-|SEP-|EXT-|FW-|SVL-|XLB-|POD-FW-|NWPLCY-)[A-Z-]+)$/
/** Those whose end is made of a Service's or a pod's name. */
const HASHED_CHAIN = /^(KUBE-(?:SVC|SEP|EXT|FW|SVL|XLB|POD-FW|NWPLCY)|CNI-(?:DN|SN)|cali-[a-z]+|CNI)-/

const DEVICE_FLAGS = new Set(['-i', '-o', '--in-interface', '--out-interface', '--physdev-in', '--physdev-out', '--oif'])
/** Devices whose name is made of a pod's or a network's. */
const MADE_DEVICE = /^(veth|cali|lxc|eni|azv|gke|tap|br-|nic|weave|vxlan)[\w.-]{3,}$/

const OPAQUE = new Set(['--u32', '--bytecode', '--object-pinned', '--string', '--hex-string'])

/** Replaces, in a text as iptables-save prints it, all that names a place or a person: the same by the same wherever it stands. */
export class Redactor {
  /** By kind and text. */
  private readonly known = new Map<string, Pseudonym>()
  private readonly counts = new Map<string, number>()
  private readonly opaque = new Set<string>()
  private readonly secret: SecretBit

  constructor(secret: SecretBit) {
    this.secret = secret
  }

  redact(save: string): Redacted {
    const text = save.split('\n').map((line) => this.line(line)).join('\n')
    return { text, pseudonyms: this.pseudonyms, unsure: this.unsure }
  }

  /** Conditions that may hold an address or a name in a form not looked into here. */
  get unsure(): readonly string[] {
    return [...this.opaque]
  }

  get pseudonyms(): readonly Pseudonym[] {
    return [...this.known.values()]
  }

  private line(line: string): string {
    if (line.startsWith('*') || line.startsWith('#') || line === 'COMMIT') return line
    const words = lexedTokens(line) ?? []
    let out = ''
    let end = 0
    words.forEach((word, i) => {
      const at = word.column - 1
      out += line.slice(end, at) + this.word(word, words.slice(Math.max(0, i - 2), i), line.slice(at, at + word.length))
      end = at + word.length
    })
    return out + line.slice(end)
  }

  private word({ text, type }: TypedWord, behind: readonly TypedWord[], source: string): string {
    const before = behind.at(-1)
    if (type === 'flag' || type === 'bang' || type === 'declare' || type === 'counters') return source
    if (before?.type === 'declare') return this.chain(text)
    const flag = before?.type === 'flag' ? before.text : ''
    if (CHAIN_FLAGS.has(flag)) return this.chain(text)
    if (Object.hasOwn(NAMED, flag)) return this.named(NAMED[flag] ?? '', text, source)
    if (OWNERS.has(flag)) return KNOWN_OWNER.test(text) ? source : this.instead('user', text)
    if (DEVICE_FLAGS.has(flag)) return this.device(text)
    if (OPAQUE.has(flag)) this.opaque.add(flag)
    if (parseMac(text) !== null) return this.mac(text)
    if (before?.type !== 'flag' && (behind[0]?.text === '-A' || isHostName(text))) return this.instead('host', text)
    return replaceAddresses(source, (address, found) => this.address(address, found))
  }

  private address(address: Address, text: string): string {
    return this.remember('', text, () => printAddress(pseudonymAddress(address, this.secret)))
  }

  /** Any text about what was redacted: names that were met are replaced, and addresses whether they were or not. */
  retell(text: string): string {
    const names = new Map([...this.known].flatMap(([key, { from, to }]): [string, string][] => (key.startsWith(' ') || from === '' ? [] : [[from, to], [quotedInner(from), to]])))
    const found = [...names.keys()].sort((x, y) => y.length - x.length).map((name) => `(?<![\\w-])${escaped(name)}(?![\\w-])`)
    const pattern = new RegExp([...found, MAC.source, ...ADDRESSES.map(({ source }) => source)].join('|'), 'gi')
    return text.replace(pattern, (word) => {
      const address = parseAddress(word)
      return names.get(word) ?? (parseMac(word) !== null ? this.mac(word) : address ? this.address(address, word) : word)
    })
  }

  private named(kind: string, text: string, source: string): string {
    const name = this.instead(kind, text)
    return source.startsWith('"') ? `"${name}"` : name
  }

  private chain(name: string): string {
    if (isHook(name) || KNOWN_CHAIN.test(name) || targetExtension(name)) return name
    const made = HASHED_CHAIN.exec(name)
    return this.instead(made ? (made[1] ?? '') : 'CHAIN', name)
  }

  /** A device's name, if it is made of a pod's or a network's. */
  device(name: string): string {
    const made = MADE_DEVICE.exec(name.replace(/^!/, ''))
    return made && !name.endsWith('+') ? this.instead(made[1] ?? '', name).replace('-', '') : name
  }

  private mac(text: string): string {
    return this.remember('', text, () => `02:00:${octets(this.next('mac'))}`)
  }

  /** What stands for a name from now on: the same for the same name of a kind. */
  instead(kind: string, text: string): string {
    return this.remember(kind, text, () => `${kind}-${this.next(kind)}`)
  }

  private next(kind: string): number {
    const count = (this.counts.get(kind) ?? 0) + 1
    this.counts.set(kind, count)
    return count
  }

  private remember(kind: string, from: string, make: () => string): string {
    const known = this.known.get(`${kind} ${from}`)
    if (known) return known.to
    const to = make()
    this.known.set(`${kind} ${from}`, { from, to })
    return to
  }
}

/** The last four octets of an Ethernet address nobody has. */
const octets = (count: number): string => [24, 16, 8, 0].map((shift) => ((count >>> shift) & 0xff).toString(16).padStart(2, '0')).join(':')

const MAC = /(?<![\w:])(?:[\da-f]{2}:){5}[\da-f]{2}(?![\w:])/

const isHostName = (text: string): boolean => /^!?[a-z][\w-]*(?:\.[\w-]+)+$/i.test(text)

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

const quotedInner = (text: string): string => quoted(text).replace(/^"|"$/g, '')
