import fc from 'fast-check'
import type { Hook } from '../../../src/netfilter/hook.ts'
import type { Family } from '../../../src/net/address.ts'
import type { LabProtocol } from '../labRun.ts'
import { MARKS, TCP_PORTS } from './pools.ts'
import type { Pool } from './pools.ts'

/** Where a rule may stand: what the kernel lets it say depends on that. */
export interface Place {
  readonly pool: Pool
  readonly family: Family
  /** The hooks its chain is reached from; null for a chain of one's own. */
  readonly hook: Hook | null
  readonly protocol: LabProtocol | null
}

const bang = (word: fc.Arbitrary<string>): fc.Arbitrary<string> => fc.tuple(fc.integer({ min: 0, max: 3 }), word).map(([n, text]) => (n === 0 ? `! ${text}` : text))
const hex = (n: number): string => `0x${n.toString(16)}`
const mask = fc.constantFrom('', '', '/0xff', '/0xffffffff', '/0x1')
const markValue = fc.tuple(fc.constantFrom(0, ...MARKS), mask).map(([value, masked]) => `${hex(value)}${masked}`)
const port = fc.constantFrom(...TCP_PORTS, 5353, 20000)
const ports = fc.oneof(port.map(String), fc.constantFrom('1:1024', '15000:15100', ':9999', '20000:65535'))
const words = (...list: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...list)

const addresses = ({ own, loopback, near, far, ranges }: Pool): fc.Arbitrary<string> => fc.constantFrom(own, ...loopback, ...near, ...far, ...ranges)

const range = ({ spans }: Pool): fc.Arbitrary<string> => fc.constantFrom(...spans)

const states = words('NEW', 'ESTABLISHED', 'INVALID', 'RELATED,ESTABLISHED', 'NEW,RELATED', 'UNTRACKED')

function conntrack({ own: pod, far: [far = pod] }: Pool): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 3, arbitrary: bang(states.map((list) => `--ctstate ${list}`)) },
    bang(fc.constantFrom('--ctstate DNAT', '--ctstate SNAT', '--ctstatus SEEN_REPLY', '--ctstatus ASSURED', '--ctstatus CONFIRMED', '--ctstatus NONE')),
    bang(fc.constantFrom(`--ctorigdst ${pod}`, `--ctorigsrc ${pod}`, `--ctreplsrc ${pod}`, `--ctrepldst ${far}`, '--ctproto tcp', '--ctproto udp')),
    bang(fc.constantFrom('--ctorigdstport 18080', '--ctorigdstport 1:1024', '--ctreplsrcport 15006', '--ctorigsrcport 20000:29999', '--ctrepldstport 20000:29999')),
    fc.constantFrom('--ctdir ORIGINAL', '--ctdir REPLY'),
  ).map((text) => `-m conntrack ${text}`)
}

const owner = fc.oneof(
  bang(fc.constantFrom('--uid-owner 1337', '--uid-owner 0', '--uid-owner 1000', '--uid-owner 1000-2000', '--gid-owner 1337', '--gid-owner 0', '--gid-owner 1000-1337', '--socket-exists')),
  fc.tuple(bang(words('--uid-owner 0', '--uid-owner 1337')), bang(words('--gid-owner 1337', '--gid-owner 0'))).map((both) => both.join(' ')),
).map((text) => `-m owner ${text}`)

const addrtype = ({ hook }: Place): fc.Arbitrary<string> => fc.tuple(
  bang(words('--dst-type LOCAL', '--src-type LOCAL', '--dst-type UNICAST', '--src-type UNICAST', '--dst-type LOCAL,BROADCAST')),
  hook === 'PREROUTING' || hook === 'INPUT' || hook === 'FORWARD' ? words('', '', ' --limit-iface-in') : hook === null ? words('') : words('', '', ' --limit-iface-out'),
).map((parts) => `-m addrtype ${parts.join('')}`)

const tcp = fc.oneof(bang(ports.map((text) => `--dport ${text}`)), bang(ports.map((text) => `--sport ${text}`)), bang(words('--syn', '--tcp-flags SYN,ACK SYN,ACK', '--tcp-flags RST RST', '--tcp-flags ALL SYN'))).map((text) => `-m tcp ${text}`)
const udp = fc.oneof(bang(ports.map((text) => `--dport ${text}`)), bang(ports.map((text) => `--sport ${text}`))).map((text) => `-m udp ${text}`)
const icmp = (family: Family): fc.Arbitrary<string> => (family === 4
  ? bang(words('--icmp-type 8', '--icmp-type 0', '--icmp-type 3', '--icmp-type 3/3', '--icmp-type any')).map((text) => `-m icmp ${text}`)
  : bang(words('--icmpv6-type 128', '--icmpv6-type 129', '--icmpv6-type 1', '--icmpv6-type 1/4')).map((text) => `-m icmp6 ${text}`))
const multiport = bang(words('--dports 80,443,18080', '--dports 15000:15100,22', '--sports 20000:29999', '--ports 80,18080,5353', '--sports 15006,15001,18080')).map((text) => `-m multiport ${text}`)

/** What the rule remembers counts from its loading. */
const remembering = words(
  '-m hashlimit --hashlimit-upto 1/hour --hashlimit-burst 1 --hashlimit-name cw', '-m hashlimit --hashlimit-above 1/hour --hashlimit-burst 2 --hashlimit-mode srcip --hashlimit-name cws',
  '-m hashlimit --hashlimit-upto 1/hour --hashlimit-burst 1 --hashlimit-mode dstip,dstport --hashlimit-dstmask 24 --hashlimit-name cwd',
  '-m limit --limit 1/hour --limit-burst 1', '-m limit --limit 1/hour --limit-burst 3', '-m statistic --mode nth --every 2 --packet 0', '-m statistic --mode nth ! --every 3 --packet 1',
  '-m quota --quota 100', '-m quota ! --quota 61', '-m recent --name cw --set', '-m recent --name cw --rcheck', '-m recent --name cw ! --update --rdest',
)

const plain = ({ family, hook, pool }: Place): fc.Arbitrary<string> => fc.oneof(
  bang(markValue.map((text) => `--mark ${text}`)).map((text) => `-m mark ${text}`),
  bang(markValue.map((text) => `--mark ${text}`)).map((text) => `-m connmark ${text}`),
  conntrack(pool), conntrack(pool),
  states.map((list) => `-m state --state ${list.replace('DNAT', 'NEW')}`),
  bang(range(pool).map((text) => `--src-range ${text}`)).map((text) => `-m iprange ${text}`),
  bang(range(pool).map((text) => `--dst-range ${text}`)).map((text) => `-m iprange ${text}`),
  words('-m length --length 0:59', '-m length --length 60', '-m length --length 40:52', '-m length ! --length 80', '-m comment --comment "a rule"'),
  bang(words('--tos 0x10/0x3f', '--tos 0x00/0xff')).map((text) => `-m tos ${text}`),
  bang(words('--dscp 0x00', '--dscp 0x0a')).map((text) => `-m dscp ${text}`),
  words(...(family === 4 ? ['-m ttl --ttl-eq 64', '-m ttl --ttl-lt 64', '-m ttl --ttl-gt 63'] : ['-m hl --hl-eq 64', '-m hl --hl-lt 64', '-m hl --hl-gt 63'])),
  bang(words('--pkt-type unicast', '--pkt-type broadcast')).map((text) => `-m pkttype ${text}`),
  words('-m statistic --mode random --probability 0.5'),
  words('-m time --timestart 00:00 --timestop 12:00', '-m time --timestart 12:00 --timestop 23:59:59', '-m time --weekdays Mon,Wed,Fri,Sun', '-m time --monthdays 1,3,5,7,9', '-m time --datestop 2020-01-01'),
  words(...(family === 4 ? ['-f', '! -f'] : ['-m frag --fragid 5'])),
  words('-m policy --dir in --pol none', '-m policy --dir in --pol ipsec', '-m physdev --physdev-is-in', '-m physdev ! --physdev-is-bridged', '-m helper --helper ftp', '-m helper ! --helper ftp').filter((text) => !text.includes('--dir in') || !outgoing(hook)),
  fc.tuple(bang(words('cwip', 'cwnet')), words('src', 'dst')).map(([name, side]) => `-m set ${name.startsWith('!') ? '! ' : ''}--match-set ${name.replace('! ', '')}${family} ${side}`),
)

const outgoing = (hook: Place['hook']): boolean => hook === 'OUTPUT' || hook === 'POSTROUTING' || hook === null

/** One condition that may stand there. */
export function match(place: Place): fc.Arbitrary<string> {
  const { hook, family, protocol, pool } = place
  const devices = [...(hook === 'OUTPUT' || hook === 'POSTROUTING' ? [] : pool.devices.map((name) => `-i ${name}`)), ...(hook === 'PREROUTING' || hook === 'INPUT' ? [] : pool.devices.map((name) => `-o ${name}`))]
  const anywhere: fc.WeightedArbitrary<string>[] = [
    { weight: 4, arbitrary: plain(place) }, { weight: 1, arbitrary: remembering }, { weight: 1, arbitrary: addrtype(place) }, { weight: 2, arbitrary: bang(fc.constantFrom(...devices)) },
    { weight: 2, arbitrary: bang(addresses(pool).map((each) => `-d ${each}`)) }, { weight: 2, arbitrary: bang(addresses(pool).map((each) => `-s ${each}`)) },
  ]
  if (hook === 'OUTPUT' || hook === 'POSTROUTING') anywhere.push({ weight: 3, arbitrary: owner })
  if (hook === 'PREROUTING' || hook === 'INPUT') anywhere.push({ weight: 1, arbitrary: words('-m socket', '-m socket --transparent', '-m socket --nowildcard', '-m socket --nowildcard --restore-skmark') })
  if (hook === 'PREROUTING' || hook === 'INPUT' || hook === 'FORWARD') anywhere.push({ weight: 1, arbitrary: bang(words('--mac-source 02:00:00:00:00:78', '--mac-source 02:00:00:00:18:01', '--mac-source 02:00:00:00:24:02')).map((text) => `-m mac ${text}`) })
  if (hook === 'PREROUTING') anywhere.push({ weight: 1, arbitrary: words('-m rpfilter', '-m rpfilter --loose', '-m rpfilter --invert', '-m rpfilter --accept-local') })
  if (protocol === 'icmp') anywhere.push({ weight: 3, arbitrary: icmp(family) })
  else if (protocol !== null) anywhere.push({ weight: 3, arbitrary: protocol === 'tcp' ? tcp : udp }, { weight: 1, arbitrary: multiport })
  return fc.oneof(...anywhere)
}
