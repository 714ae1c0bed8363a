import type { DeclaredInfo, MatchField } from '../declaredMatch.ts'
import { declaredMatch } from '../declaredMatch.ts'
import type { MatchTest } from '../extension.ts'
import { address, bare, cell, everything, range, upTo, word } from '../matchFields.ts'
import { unmodelled } from '../unmodelled.ts'

const MAX = 0xffffffff
const AH = 51
const ESP = 50
const IPCOMP = 108

/** A header that a packet of another protocol does not have, and whose fields are not modelled. */
const headerOf = (name: string, protocol: number): (() => MatchTest) => {
  const doubt = unmodelled(name, `what the packet's ${name} header says`, null)
  return () => (skb) => (skb.protocol === protocol ? doubt : false)
}

/** IPv6 packets are walked without extension headers, and ipv6_find_hdr finds none in them: no match, negated or not. */
const absentHeader = (): MatchTest => () => false

const spi = (flag: string): MatchField => ({ ...cell(flag, 'spi:', range(MAX), 'spis:'), drops: everything(MAX) })

/** ipt_ah.c ah_mt and ip6t_ah.c ah_mt6: IPsec's authentication header. */
export const ah = declaredMatch({
  name: 'ah',
  impliedBy: [AH],
  head: 'ah ',
  fields: [{ ...spi('ahspi'), glued: true }, { ...cell('ahlen', 'length:', upTo(MAX)), glued: true }, bare('ahres', 'reserved')],
  test: headerOf('ah', AH),
})

/** xt_esp.c esp_mt. */
export const esp = declaredMatch({ name: 'esp', impliedBy: [ESP], head: 'esp', fields: [spi('espspi')], test: headerOf('esp', ESP) })

/** xt_ipcomp.c comp_mt. */
export const ipcomp = declaredMatch({ name: 'ipcomp', impliedBy: [IPCOMP], head: 'comp ', fields: [{ ...spi('ipcompspi'), glued: true }, bare('compres', 'reserved')], test: headerOf('ipcomp', IPCOMP) })

const optionsHeader = (name: 'dst' | 'hbh') =>
  declaredMatch({
    name,
    head: name,
    fields: [cell(`${name}-len`, 'length:', upTo(MAX)), { ...cell(`${name}-opts`, 'opts ', word), listed: /opts +()?(\S+)/, list: ({ value }) => `opts ${value}` }, bare(`${name}-not-strict`, 'not-strict')],
    test: absentHeader,
  })

/** ip6t_hbh.c hbh_mt6, for destination options. */
export const dst = optionsHeader('dst')

/** ip6t_hbh.c hbh_mt6, for hop-by-hop options. */
export const hbh = optionsHeader('hbh')

function readAddresses(text: string): string | null {
  const found = text.split(',').map((each) => address(each, 6))
  return found.includes(null) ? null : found.join(',')
}

/** ip6t_rt.c rt_mt6: the routing header. */
export const rt = declaredMatch({
  name: 'rt',
  head: 'rt',
  fields: [
    cell('rt-type', 'type:', upTo(MAX)),
    { ...cell('rt-segsleft', 'segsleft:', range(MAX), 'segslefts:'), drops: everything(MAX) },
    cell('rt-len', 'length:', upTo(MAX)),
    bare('rt-0-res', 'reserved'),
    { flag: 'rt-0-addrs', read: readAddresses, list: ({ value }) => `0-addrs ${value}`, listed: /0-addrs +()?(\S+)/ },
    bare('rt-0-not-strict', '0-not-strict'),
  ],
  test: absentHeader,
})

const segments = ['hdr-len', 'segs-left', 'last-entry'].flatMap((what) => ['eq', 'gt', 'lt'].map((how) => cell(`srh-${what}-${how}`, `${what}-${how}:`, upTo(255))))

const segment = (name: string): MatchField => ({
  flag: `srh-${name}`,
  read: word,
  list: ({ value, negated }) => `${name} ${negated ? '!' : ''} ${value}`,
  listed: new RegExp(`${name} +(! +)?(\\S+)`),
})

/** ip6t_srh.c srh1_mt6: the segment routing header. */
export const srh = declaredMatch({
  name: 'srh',
  head: 'srh',
  fields: [cell('srh-next-hdr', 'next-hdr:', upTo(255)), ...segments, cell('srh-tag', 'tag:', upTo(65535)), segment('psid'), segment('nsid'), segment('lsid')],
  test: absentHeader,
})

/** Message types of RFC 6275 in libip6t_mh.c's order. */
const MH_TYPES = ['binding-refresh-request', 'home-test-init', 'careof-test-init', 'home-test', 'careof-test', 'binding-update', 'binding-acknowledgement', 'binding-error'] as const
const MH_SHORT = ['brr', 'hoti', 'coti', 'hot', 'cot', 'bu', 'ba', 'be'] as const

function mhType(text: string): string | null {
  const name = text.toLowerCase()
  const long = MH_TYPES.findIndex((each) => each === name)
  const index = long >= 0 ? long : MH_SHORT.findIndex((each) => each === name)
  return index >= 0 ? `${index}` : upTo(255)(text, 6)
}

function readMhTypes(text: string): string | null {
  const [low = '', high] = text.split(':')
  const first = low === '' && high !== undefined ? '0' : mhType(low)
  const last = high === undefined ? first : high === '' ? '255' : mhType(high)
  return first === null || last === null ? null : first === last ? first : `${first}:${last}`
}

/** ip6t_mh.c mh_mt6: Mobile IPv6. */
export const mh = declaredMatch({
  name: 'mh',
  impliedBy: [135],
  head: 'mh',
  fields: [
    {
      flag: 'mh-type',
      read: readMhTypes,
      list: ({ value, negated }, style) => (negated ? '!' : '') + (style === 'names' ? value.split(':').map((type) => MH_TYPES[Number(type)] ?? type).join(':') : value),
      listed: /(!)?(\S+)/,
      drops: everything(255),
    },
  ],
  test: headerOf('mh', 135),
})

/** Bits of struct ip6t_ipv6header_info, in the order libip6t_ipv6header.c prints them. */
const HEADERS = [
  { name: 'hop-by-hop', bit: 0x80, also: ['hop', '0'] },
  { name: 'ipv6-opts', bit: 0x40, also: ['dst', '60'] },
  { name: 'ipv6-route', bit: 0x20, also: ['route', '43'] },
  { name: 'ipv6-frag', bit: 0x10, also: ['frag', '44'] },
  { name: 'ah', bit: 0x08, also: ['auth', '51'] },
  { name: 'esp', bit: 0x04, also: ['50'] },
  { name: 'ipv6-nonxt', bit: 0x02, also: ['none', '59'] },
  { name: 'protocol', bit: 0x01, also: ['prot'] },
] as const

const UPPER_LAYER = 0x01

const headerBit = (text: string): number => HEADERS.find(({ name, also }) => name === text || also.some((each) => each === text))?.bit ?? 0

const headerBits = (text: string): number => text.split(',').reduce((bits, each) => bits | headerBit(each), 0)

const headerNames = (bits: number): string => HEADERS.filter(({ bit }) => (bits & bit) !== 0).map(({ name }) => name).join(',')

const readHeaders = (text: string): string | null => (text.split(',').every((each) => headerBit(each) > 0) ? headerNames(headerBits(text)) : null)

/** ip6t_ipv6header.c ipv6header_mt6, for a packet without extension headers. */
function headersTest({ header, soft }: DeclaredInfo): MatchTest {
  const wanted = header ? headerBits(header.value) : 0
  const inverted = header?.negated ? 0xff : 0
  const plain = soft ? ((UPPER_LAYER ^ wanted ^ inverted) & wanted) === 0 : (UPPER_LAYER === wanted) !== (header?.negated ?? false)
  const doubt = unmodelled('ipv6header', 'which extension headers an IPsec packet has', null)
  return (skb) => (skb.protocol === AH || skb.protocol === ESP ? doubt : plain)
}

/** Which extension headers there are. */
export const ipv6header = declaredMatch({
  name: 'ipv6header',
  head: 'ipv6header',
  fields: [
    {
      flag: 'header',
      read: readHeaders,
      list: ({ value, negated }, style) => `flags:${negated ? '!' : ''}${style === 'names' ? value : `0x${headerBits(value).toString(16).toUpperCase().padStart(2, '0')}`}`,
      listed: /flags:(!)?(\S+)/,
      unlist: (text) => (text.startsWith('0x') ? headerNames(parseInt(text, 16)) : readHeaders(text)),
    },
    bare('soft', 'soft'),
  ],
  test: headersTest,
})
