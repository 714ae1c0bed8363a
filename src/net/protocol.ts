/** Protocol numbers the engine itself knows (IANA). */
export const Protocol = { icmp: 1, tcp: 6, udp: 17, dccp: 33, icmpv6: 58, sctp: 132, udplite: 136 } as const

/** Protocol numbers by name, as /etc/protocols of Debian's netbase has them (IANA's registry). */
const NUMBERS: Readonly<Record<string, number>> = {
  ip: 0,
  hopopt: 0,
  icmp: 1,
  igmp: 2,
  ggp: 3,
  ipencap: 4,
  st: 5,
  tcp: 6,
  egp: 8,
  igp: 9,
  pup: 12,
  udp: 17,
  hmp: 20,
  'xns-idp': 22,
  rdp: 27,
  'iso-tp4': 29,
  dccp: 33,
  xtp: 36,
  ddp: 37,
  'idpr-cmtp': 38,
  ipv6: 41,
  'ipv6-route': 43,
  'ipv6-frag': 44,
  idrp: 45,
  rsvp: 46,
  gre: 47,
  esp: 50,
  ah: 51,
  skip: 57,
  'ipv6-icmp': 58,
  'ipv6-nonxt': 59,
  'ipv6-opts': 60,
  rspf: 73,
  vmtp: 81,
  eigrp: 88,
  ospf: 89,
  'ax.25': 93,
  ipip: 94,
  etherip: 97,
  encap: 98,
  pim: 103,
  ipcomp: 108,
  vrrp: 112,
  l2tp: 115,
  isis: 124,
  sctp: 132,
  fc: 133,
  'mobility-header': 135,
  udplite: 136,
  'mpls-in-ip': 137,
  manet: 138,
  hip: 139,
  shim6: 140,
  wesp: 141,
  rohc: 142,
  ethernet: 143,
  mptcp: 262,
}

const NAMES = new Map(Object.entries(NUMBERS).reverse().map(([name, number]) => [number, name]))

/** Reads a protocol by name or number; "all" is 0. Null when it is neither. */
export function parseProtocol(text: string): number | null {
  const name = text.toLowerCase()
  if (name === 'all') return 0
  if (/^\d+$/.test(name)) return Number(name) <= 255 ? Number(name) : null
  return Object.hasOwn(NUMBERS, name) ? (NUMBERS[name] ?? null) : (ALIASES.get(name) ?? null)
}

/** iptables' own spellings (xshared.c, xtables_chain_protos). */
const ALIASES = new Map<string, number>([['icmpv6', 58], ['icmp6', 58], ['ipv6-mh', 135], ['mh', 135], ['mobility-header', 135]])

/** The name /etc/protocols has for a number, or the number itself. */
export const protocolName = (number: number): string => (number === 0 ? 'all' : (NAMES.get(number) ?? `${number}`))

/** Whether segments of this protocol carry port numbers where iptables looks for them. */
export const hasPorts = (number: number): boolean =>
  number === Protocol.tcp || number === Protocol.udp || number === Protocol.sctp || number === Protocol.dccp || number === Protocol.udplite
