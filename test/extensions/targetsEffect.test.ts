import { describe, expect, test } from 'vitest'
import { parseSaveLine } from '../../grammar/parse.ts'
import type { Effect } from '../../src/extensions/effect.ts'
import { CONTINUE } from '../../src/extensions/effect.ts'
import type { MatchContext } from '../../src/extensions/matchContext.ts'
import { targetExtension } from '../../src/extensions/registry.ts'
import { parseAddress } from '../../src/net/address.ts'
import type { Address, Family } from '../../src/net/address.ts'
import type { Hook } from '../../src/netfilter/hook.ts'
import type { Rule } from '../../src/netfilter/ruleset.ts'
import type { Skb } from '../../src/netfilter/skb.ts'
import { printRule } from '../../src/ruleset/print.ts'
import { printListedRule } from '../../src/ruleset/printListing.ts'
import { readRule } from '../../src/ruleset/readRule.ts'
import { FORMS } from './targetData/rows.ts'

function address(text: string): Address {
  const found = parseAddress(text)
  if (!found) throw new Error(text)
  return found
}

const skb = (given: Partial<Skb> = {}): Skb => ({
  family: 4, protocol: 6, src: address('10.0.0.1'), dst: address('10.0.0.2'), sport: 40000, dport: 80, tcpFlags: 2, icmp: null,
  ttl: 64, tos: 0, length: 60, mark: 0, in: null, out: 'eth0', ct: null, ctTemplate: null, owner: null, socket: null, route: null, ...given,
})

const context = (hook: Hook): MatchContext => ({
  hook,
  now: null,
  ct: () => null,
  addressType: () => 'UNICAST',
  addressesOf: () => [],
  sourceTowards: (to, device) => (device === 'eth0' ? address(to.family === 4 ? '192.0.2.7' : 'fd00::7') : null),
  socketOf: () => null,
  reversePath: () => true,
  inSet: () => false, senderMac: () => null,
  setMark: () => undefined,
    recall: () => null,
  remember: () => undefined,
})

function ruleOf(text: string, family: Family): Rule {
  const line = parseSaveLine(text)
  if (line.kind !== 'command') throw new Error(text)
  const { rule, problems } = readRule(line.options, family)
  expect(problems).toEqual([])
  return rule
}

function effect(text: string, packet: Skb = skb(), hook: Hook = 'PREROUTING'): Effect {
  const { target } = ruleOf(text, packet.family)
  if (target?.kind !== 'extension') throw new Error(text)
  const compiled = targetExtension(target.name)?.compile(target.info, 'site')
  if (!compiled) throw new Error(target.name)
  return compiled(packet, context(hook))
}

const plainRange = { minAddress: null, maxAddress: null, minPort: null, maxPort: null, random: false, netmap: false, basePort: null }

describe('NAT', () => {
  test('DNAT to a range of addresses and ports', () => {
    expect(effect('-p tcp -j DNAT --to-destination 10.1.0.1-10.1.0.9:8080-8090')).toEqual({
      kind: 'nat', manip: 'destination', range: { ...plainRange, minAddress: address('10.1.0.1'), maxAddress: address('10.1.0.9'), minPort: 8080, maxPort: 8090 },
    })
  })

  test('DNAT with a shifted port map, and to a port only', () => {
    expect(effect('-p tcp -j DNAT --to-destination 10.1.0.1:1000-2000/3000')).toMatchObject({ range: { minPort: 1000, maxPort: 2000, basePort: 3000 } })
    expect(effect('-p tcp -j DNAT --to-destination :8080')).toMatchObject({ range: { minAddress: null, minPort: 8080, maxPort: 8080 } })
  })

  test('SNAT with a random port; IPv6 in brackets', () => {
    expect(effect('-p tcp -j SNAT --to-source 192.0.2.1 --random-fully')).toMatchObject({ manip: 'source', range: { minAddress: address('192.0.2.1'), random: true } })
    expect(effect('-p tcp -j SNAT --to-source [fd00::1]:1024-2048', skb({ family: 6 }))).toMatchObject({ range: { minAddress: address('fd00::1'), minPort: 1024, maxPort: 2048 } })
  })

  test('MASQUERADE takes the address of the way out, drops without one, and leaves 0.0.0.0 alone', () => {
    expect(effect('-j MASQUERADE', skb(), 'POSTROUTING')).toEqual({ kind: 'nat', manip: 'source', range: { ...plainRange, minAddress: address('192.0.2.7'), maxAddress: address('192.0.2.7') } })
    expect(effect('-j MASQUERADE', skb({ out: 'tun0' }), 'POSTROUTING')).toEqual({ kind: 'verdict', verdict: 'DROP' })
    expect(effect('-j MASQUERADE', skb({ src: address('0.0.0.0') }), 'POSTROUTING')).toEqual({ kind: 'verdict', verdict: 'ACCEPT' })
  })

  test('NETMAP maps the destination before routing and the source after it', () => {
    const range = { ...plainRange, minAddress: address('10.5.0.0'), maxAddress: address('10.5.255.255'), netmap: true }
    expect(effect('-j NETMAP --to 10.5.0.0/16', skb(), 'OUTPUT')).toEqual({ kind: 'nat', manip: 'destination', range })
    expect(effect('-j NETMAP --to 10.5.0.0/16', skb(), 'POSTROUTING')).toEqual({ kind: 'nat', manip: 'source', range })
  })
})

describe('REJECT', () => {
  test.each([
    ['', 3, 3], ['--reject-with icmp-net-unreachable', 3, 0], ['--reject-with host-unreach', 3, 1], ['--reject-with icmp-proto-unreachable', 3, 2],
    ['--reject-with icmp-net-prohibited', 3, 9], ['--reject-with icmp-host-prohibited', 3, 10], ['--reject-with admin-prohib', 3, 13],
  ])('IPv4 %j is ICMP type %d code %d', (option, type, code) => {
    expect(effect(`-j REJECT ${option}`)).toEqual({ kind: 'reject', with: { kind: 'icmp', type, code } })
  })

  test.each([
    ['', 1, 4], ['--reject-with no-route', 1, 0], ['--reject-with icmp6-adm-prohibited', 1, 1], ['--reject-with addr-unreach', 1, 3],
    ['--reject-with icmp6-policy-fail', 1, 5], ['--reject-with reject-route', 1, 6],
  ])('IPv6 %j is ICMPv6 type %d code %d', (option, type, code) => {
    expect(effect(`-j REJECT ${option}`, skb({ family: 6 }))).toEqual({ kind: 'reject', with: { kind: 'icmp', type, code } })
  })

  test('tcp-reset', () => {
    expect(effect('-p tcp -j REJECT --reject-with tcp-reset')).toEqual({ kind: 'reject', with: { kind: 'tcp-reset' } })
  })
})

describe('CT', () => {
  test('asks for a template before conntrack looks', () => {
    expect(effect('-j CT --notrack')).toEqual({ kind: 'template', notrack: true, zone: 0, zoneDirection: 'both' })
    expect(effect('-j NOTRACK')).toEqual({ kind: 'template', notrack: true, zone: 0, zoneDirection: 'both' })
    expect(effect('-j CT --zone-orig 2')).toEqual({ kind: 'template', notrack: false, zone: 2, zoneDirection: 'original' })
    expect(effect('-j CT --zone mark', skb({ mark: 0x10007 }))).toEqual({ kind: 'template', notrack: false, zone: 7, zoneDirection: 'both' })
  })

  test('the first template stands, and what conntrack has seen keeps what it has', () => {
    expect(effect('-j CT --zone 1', skb({ ctTemplate: { notrack: true, zone: 0, zoneDirection: 'both' } }))).toBe(CONTINUE)
    expect(effect('-j NOTRACK', skb({ ct: { kind: 'entry', id: 1, info: 'NEW', reply: false } }))).toBe(CONTINUE)
  })

  test('conntrack is loaded by a zone, not by --notrack', () => {
    const needs = (text: string): boolean | undefined => {
      const { target } = ruleOf(text, 4)
      return target?.kind === 'extension' ? targetExtension(target.name)?.needsConntrack?.(target.info) : undefined
    }
    expect(needs('-j CT --notrack')).toBe(false)
    expect(needs('-j CT --zone 1')).toBe(true)
  })
})

describe('header fields', () => {
  test.each([
    ['-j TOS --set-tos 0x10/0x3f', { tos: 0xd1 }, { tos: 0xd0 }],
    ['-j TOS --and-tos 0x0f', { tos: 0xd1 }, { tos: 0x01 }],
    ['-j TOS --xor-tos 0xff', { tos: 0xd1 }, { tos: 0x2e }],
    ['-j DSCP --set-dscp-class EF', { tos: 3 }, { tos: 0xbb }],
    ['-p tcp -j ECN --ecn-ip-ect 2', { tos: 0xb9 }, { tos: 0xba }],
    ['-j TTL --ttl-set 1', {}, { ttl: 1 }],
    ['-j TTL --ttl-dec 65', {}, { ttl: 0 }],
    ['-j TTL --ttl-inc 200', {}, { ttl: 255 }],
  ])('%s', (text, before, change) => {
    expect(effect(text, skb(before))).toEqual({ kind: 'set', change })
  })
})

describe('the rest', () => {
  test.each(['-j LOG', '-j TRACE', '-j NFLOG', '-j SET --add-set a src', '-j TEE --gateway 10.0.0.9', '-p tcp -j TCPMSS --set-mss 5', '-p tcp -j ECN --ecn-tcp-remove', '-j CHECKSUM --checksum-fill'])('%s goes on', (text) => {
    expect(effect(text)).toBe(CONTINUE)
  })

  test.each(['-j NFQUEUE', '-j QUEUE', '-j HMARK --hmark-tuple src --hmark-mod 2 --hmark-rnd 1', '-p tcp -j SYNPROXY', '-j SET --map-set a src --map-mark'])('%s is unknown', (text) => {
    expect(effect(text)).toMatchObject({ kind: 'unknown', doubt: { code: 'unmodelled-target', probability: null } })
  })
})

describe('targets this kernel lacks, as their source in iptables 1.8.9 prints them', () => {
  test.each([
    ['-j LED --led-trigger-id "a \\"b" --led-delay inf', 'led-trigger-id:"a \\"b" led-delay:inf'],
    ['-j LED --led-trigger-id "x"', 'led-trigger-id:"x" led-delay:0ms'],
    ['-j SECMARK --selctx system_u:object_r:x', 'SECMARK selctx system_u:object_r:x'],
    ['-j ULOG --ulog-prefix "a b" --ulog-nlgroup 2', 'ULOG copy_range 0 nlgroup 2 prefix "a b" queue_threshold 1'],
    ['-j CLUSTERIP', 'CLUSTERIP'],
    [
      '-j CLUSTERIP --new --hashmode sourceip --clustermac 01:00:5E:00:00:20 --total-nodes 2 --local-node 1 --hash-init 0',
      'CLUSTERIP hashmode=sourceip clustermac=01:00:5E:00:00:20 total_nodes=2 local_node=1 hash_init=0',
    ],
    ['-j SET --add-set a src,dst --exist --timeout 5 --del-set b dst', 'add-set a src,dst exist timeout 5 del-set b dst'],
  ])('%s', (text, listed) => {
    const rule = ruleOf(text, 4)
    expect(printRule(rule)).toBe(text)
    const line = printListedRule(rule, 1, 4, { ...FORMS.list_n, backend: 'legacy' })
    expect(line.endsWith(`  ${listed}`)).toBe(true)
  })
})
