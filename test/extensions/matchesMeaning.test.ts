import { describe, expect, test } from 'vitest'
import { matchExtension } from '../../src/extensions/registry.ts'
import type { AddressType, MatchContext, SocketView } from '../../src/extensions/matchContext.ts'
import { anyAddress, parseAddress } from '../../src/net/address.ts'
import type { Address } from '../../src/net/address.ts'
import type { CtEntry } from '../../src/netfilter/ctState.ts'
import type { Match } from '../../src/netfilter/ruleset.ts'
import type { Skb } from '../../src/netfilter/skb.ts'
import { isUnknown } from '../../src/netfilter/ternary.ts'
import { readSave } from './matchRows.ts'

const address = (text: string): Address => parseAddress(text) ?? anyAddress(4)

const ENTRY: CtEntry = {
  id: 1, zone: 0, zoneDirection: 'both',
  original: { protocol: 6, src: address('10.0.0.1'), sport: 40000, dst: address('10.96.0.1'), dport: 443 },
  reply: { protocol: 6, src: address('10.0.0.9'), sport: 8443, dst: address('10.0.0.1'), dport: 40000 },
  mark: 0, confirmed: false, seenReply: false, assured: false, srcNat: false, dstNat: true, srcNatDone: true, dstNatDone: true, tcpState: 'SYN_SENT',
}

const SYN: Skb = {
  family: 4, protocol: 6, src: address('10.0.0.1'), dst: address('10.0.0.9'), sport: 40000, dport: 8443, tcpFlags: 2, icmp: null, ttl: 64, tos: 0, length: 60,
  mark: 0, in: 'eth0', out: null, ct: { kind: 'entry', id: 1, info: 'NEW', reply: false }, ctTemplate: null, owner: null, socket: null, route: null,
}

const ICMP = { type: 8, code: 0, id: 7, quoted: null }

interface Host {
  readonly ct?: CtEntry | null
  readonly now?: number | null
  readonly types?: Readonly<Record<string, AddressType>>
  readonly socket?: SocketView | null
  readonly members?: boolean
  readonly reverse?: boolean
  /** Marks the match gave the packet. */
  readonly marks?: number[]
}

function contextOf({ ct = ENTRY, now = null, types = {}, socket = null, members = false, reverse = true, marks = [] }: Host): MatchContext {
  const kept = new Map<string, readonly number[]>()
  return {
    hook: 'PREROUTING',
    now,
    ct: (skb) => (skb.ct?.kind === 'entry' ? ct : null),
    addressType: (each) => types[each.d >>> 0] ?? types[`${each.d & 255}`] ?? 'UNICAST',
    addressesOf: () => [],
    sourceTowards: () => null,
    socketOf: () => socket,
    reversePath: () => reverse,
    senderMac: () => null,
  inSet: () => members,
    setMark: (mark) => { marks.push(mark) },
    recall: (key) => kept.get(key) ?? null,
    remember: (key, value) => { kept.set(key, value) },
  }
}

function matchOf(text: string, family: 4 | 6): Match {
  const rule = readSave({ file: '', id: '', family, backend: 'legacy', chain: 'INPUT', save: `-A INPUT ${text}` })
  const match = rule?.matches[0]
  if (!match || 'verbatim' in match) throw new Error(`${text} was not read`)
  return match
}

type Answer = boolean | 'unknown' | number

/** What the match says of these packets, one after the other: true, false, unknown, or a chance. */
function answers(text: string, skbs: readonly Partial<Skb>[], host: Host = {}): Answer[] {
  const match = matchOf(text, skbs[0]?.family ?? 4)
  const compiled = 'info' in match ? matchExtension(match.name)?.compile(match.info, 'filter:INPUT:1') : null
  const context = contextOf(host)
  return skbs.map((skb) => {
    const answer = compiled?.({ ...SYN, ...skb }, context) ?? false
    return isUnknown(answer) ? (answer.probability ?? 'unknown') : answer
  })
}

const check = (text: string, skb: Partial<Skb>, wanted: Answer, host: Host = {}): void => { expect([text, answers(text, [skb], host)[0]]).toEqual([text, wanted]) }

describe('conntrack tests the tuples of the connection, not the packet', () => {
  test.each([
    ['--ctorigdst 10.96.0.1', true],
    ['--ctorigdst 10.0.0.9', false],
    ['! --ctorigdst 10.96.0.0/16', false],
    ['--ctreplsrc 10.0.0.9 --ctreplsrcport 8443', true],
    ['--ctorigdstport 400:443', true],
    ['--ctproto 17', false],
    ['! --ctproto 17', true],
    ['--ctdir ORIGINAL', true],
    ['--ctdir REPLY', false],
    ['--ctstate DNAT', true],
    ['--ctstate SNAT', false],
    ['--ctstatus CONFIRMED', false],
    ['! --ctstatus NONE', true],
    ['--ctstatus NONE', false],
    ['--ctexpire 5', 'unknown'],
    ['--ctexpire 5 --ctproto 17', false],
  ] as const)('%s', (text, wanted) => { check(`-m conntrack ${text}`, {}, wanted) })

  test('without an entry only the state counts', () => {
    check('-m conntrack --ctstate INVALID --ctproto 17', { ct: { kind: 'invalid' } }, true)
    check('-m conntrack --ctproto 6', { ct: { kind: 'invalid' } }, false)
    check('-m conntrack ! --ctproto 17', { ct: { kind: 'untracked' } }, false)
  })

  test('what -j CT left counts before conntrack looks', () => {
    check('-m conntrack --ctstate UNTRACKED', { ct: null, ctTemplate: { notrack: true, zone: 0, zoneDirection: 'both' } }, true)
    check('-m conntrack --ctstate NEW', { ct: null, ctTemplate: { notrack: false, zone: 5, zoneDirection: 'both' } }, true)
  })
})

describe('ports and types', () => {
  test.each([
    ['-p tcp -m multiport --dports 80,8000:9000', true],
    ['-p tcp -m multiport ! --dports 80,8000:9000', false],
    ['-p tcp -m multiport --sports 80', false],
    ['-p tcp -m multiport --ports 40000', true],
    ['-m length --length 60', true],
    ['-m length ! --length 40:60', false],
    ['-m ttl --ttl-lt 64', false],
    ['-m ttl ! --ttl-eq 63', true],
    ['-m dscp --dscp 0x00', true],
    ['-m tos --tos 0x10/0x3f', false],
    ['-m iprange --src-range 10.0.0.0-10.0.0.5 ! --dst-range 10.0.0.10-10.0.0.20', true],
    ['-m iprange --src-range 200.0.0.0-255.0.0.0', false],
    ['-p sctp -m sctp --dport 8443', false],
    ['-p dccp -m dccp --dccp-types DATA', false],
    ['-p ah -m ah --ahspi 5', false],
    ['-p tcp -m ecn --ecn-ip-ect 2', false],
    ['-p tcp -m ecn --ecn-tcp-cwr', 'unknown'],
    ['-p tcp -m tcpmss --mss 1:500', 'unknown'],
    ['-m mac --mac-source 00:11:22:33:44:55', 'unknown'],
    ['-m pkttype --pkt-type unicast', true],
    ['-m pkttype --pkt-type multicast', false],
    ['-m connlimit --connlimit-above 0', true],
    ['-m connlimit --connlimit-above 5', 'unknown'],
    ['-m helper --helper ftp', false],
    ['-m helper ! --helper ftp', true],
    ['-m physdev --physdev-in veth1', 'unknown'],
    ['-m cgroup --cgroup 5', false],
    ['-m string --algo bm --string GET', 'unknown'],
    ['-m policy --dir in --pol none', 'unknown'],
  ] as const)('%s', (text, wanted) => { check(text, {}, wanted) })

  test('a destination beyond half of all addresses compares as unsigned', () => {
    check('-m iprange --dst-range 224.0.0.0-239.255.255.255', { dst: address('224.0.0.1') }, true)
  })

  test('ICMP types and codes', () => {
    check('-p icmp -m icmp --icmp-type 8', { protocol: 1, icmp: ICMP }, true)
    check('-p icmp -m icmp --icmp-type 8/1', { protocol: 1, icmp: ICMP }, false)
    check('-p icmp -m icmp ! --icmp-type 8', { protocol: 1, icmp: ICMP }, false)
    check('-p icmp -m icmp --icmp-type any', { protocol: 1, icmp: ICMP }, true)
    check('-p ipv6-icmp -m icmp6 --icmpv6-type 128', { family: 6, protocol: 58, icmp: { ...ICMP, type: 128 } }, true)
  })

  test('packets over loopback have no Ethernet sender', () => {
    check('-m mac --mac-source 00:11:22:33:44:55', { in: 'lo' }, false)
    check('-m mac ! --mac-source 00:11:22:33:44:55', { in: 'lo' }, false)
  })

  test('IPv6 packets have no extension headers', () => {
    check('-m frag --fragfirst', { family: 6 }, false)
    check('-m rt ! --rt-type 0', { family: 6 }, false)
    check('-m ipv6header --header protocol', { family: 6 }, true)
    check('-m ipv6header --header hop-by-hop --soft', { family: 6 }, false)
  })

  test('an address that is no EUI-64 needs no Ethernet address to be told', () => {
    check('-m eui64', { family: 6, src: address('fd00::1') }, false)
    check('-m eui64', { family: 6, src: address('fe80::11:22ff:fe33:4455') }, 'unknown')
  })
})

describe('what the namespace tells', () => {
  test('addrtype', () => {
    const types = { 9: 'LOCAL', 1: 'UNICAST' } as const
    check('-m addrtype --dst-type LOCAL', {}, true, { types })
    check('-m addrtype ! --dst-type LOCAL', {}, false, { types })
    check('-m addrtype --src-type LOCAL --dst-type LOCAL', {}, false, { types })
    check('-m addrtype --src-type UNICAST,LOCAL ! --dst-type MULTICAST', {}, true, { types })
  })

  test('IPv6 addresses are UNICAST and LOCAL at once', () => {
    check('-m addrtype --dst-type UNICAST', { family: 6, dst: address('fd00::9') }, true, { types: { 9: 'LOCAL' } })
    check('-m addrtype --dst-type MULTICAST', { family: 6, dst: address('ff02::1') }, true)
  })

  test('socket: a wildcard listener counts with --nowildcard only', () => {
    const socket = { transparent: false, wildcard: true, mark: 5 }
    check('-m socket', {}, false, { socket })
    check('-m socket --nowildcard', {}, true, { socket })
    check('-m socket --transparent --nowildcard', {}, false, { socket })
    check('-m socket', {}, false)
  })

  test('socket --restore-skmark gives the packet the mark of its socket', () => {
    const marks: number[] = []
    const match = matchOf('-m socket --restore-skmark', 4)
    const compiled = 'info' in match ? matchExtension('socket')?.compile(match.info, '') : null
    compiled?.({ ...SYN }, contextOf({ socket: { transparent: true, wildcard: false, mark: 5 }, marks }))
    expect(marks).toEqual([5])
  })

  test('rpfilter', () => {
    check('-m rpfilter', {}, true)
    check('-m rpfilter --invert', {}, true, { reverse: false })
    check('-m rpfilter', {}, false, { types: { 1: 'LOCAL' } })
    check('-m rpfilter', { in: 'lo' }, true, { reverse: false })
  })

  test('set', () => {
    check('-m set --match-set a src', {}, true, { members: true })
    check('-m set ! --match-set a src', {}, false, { members: true })
    check('-m set --match-set a src --packets-gt 5', {}, 'unknown', { members: true })
    check('-m set --match-set a src --packets-gt 5', {}, false)
  })
})

describe('what a rule remembers', () => {
  const packets = (count: number): Partial<Skb>[] => Array.from({ length: count }, () => ({}))

  test('limit starts with a full bucket; without a clock its end is unknown', () => {
    expect(answers('-m limit --limit 1/hour --limit-burst 2', packets(3), { now: 1000 })).toEqual([true, true, false])
    expect(answers('-m limit --limit 1/hour --limit-burst 2', packets(3))).toEqual([true, true, 'unknown'])
  })

  test('hashlimit has a bucket for each address', () => {
    const from = (text: string): Partial<Skb> => ({ src: address(text) })
    expect(answers('-m hashlimit --hashlimit-upto 1/hour --hashlimit-burst 1 --hashlimit-mode srcip --hashlimit-name x', [from('10.0.0.1'), from('10.0.0.1'), from('10.0.0.2')], { now: 5 })).toEqual([true, false, true])
    expect(answers('-m hashlimit --hashlimit-above 1/hour --hashlimit-burst 1 --hashlimit-name x', packets(2), { now: 5 })).toEqual([false, true])
  })

  test('statistic nth matches packet P+1 and every Nth behind it', () => {
    expect(answers('-m statistic --mode nth --every 3 --packet 0', packets(5))).toEqual([true, false, false, true, false])
    expect(answers('-m statistic --mode nth --every 3 --packet 1', packets(5))).toEqual([false, true, false, false, true])
    expect(answers('-m statistic --mode nth ! --every 2 --packet 0', packets(3))).toEqual([false, true, false])
  })

  test('statistic random is a chance', () => {
    check('-m statistic --mode random --probability 0.25', {}, 0.25)
    check('-m statistic --mode random ! --probability 0.25', {}, 0.75)
    check('-m statistic --mode random --probability 1', {}, true)
    check('-m statistic --mode random --probability 0', {}, false)
  })

  test('recent', () => {
    expect(answers('-m recent --set', packets(2))).toEqual([true, true])
    expect(answers('-m recent --rcheck', packets(1))).toEqual([false])
    expect(answers('-m recent ! --rcheck', packets(1))).toEqual([true])
  })

  test('quota counts bytes down', () => {
    expect(answers('-m quota --quota 130', packets(3))).toEqual([true, true, false])
    expect(answers('-m quota ! --quota 60', packets(2))).toEqual([false, true])
  })
})

describe('time', () => {
  /** Wednesday, 2024-05-15 12:30:00 UTC. */
  const now = 1_715_776_200

  test.each([
    ['', true],
    ['--timestart 08:00 --timestop 17:00', true],
    ['--timestart 13:00 --timestop 17:00', false],
    ['--timestart 22:00 --timestop 13:00', true],
    ['--weekdays Wed', true],
    ['! --weekdays Wed', false],
    ['--timestart 22:00 --timestop 13:00 --weekdays Tue --contiguous', true],
    ['--timestart 22:00 --timestop 13:00 --weekdays Wed --contiguous', false],
    ['--monthdays 15', true],
    ['--monthdays 1,2', false],
    ['--datestart 2024-06-01', false],
    ['--datestop 2024-05-15T12:30:00', true],
    ['--timestart 08:00 --timestop 17:00 --kerneltz', 'unknown'],
  ] as const)('%s', (text, wanted) => { check(`-m time ${text}`, {}, wanted, { now }) })

  test('without a clock', () => {
    check('-m time --weekdays Wed', {}, 'unknown')
  })
})
