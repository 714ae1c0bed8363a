import fc from 'fast-check'
import type { Family } from '../../../src/net/address.ts'
import { BUILTIN_CHAINS } from '../../../src/netfilter/table.ts'
import type { TableName } from '../../../src/netfilter/table.ts'
import type { LabRule } from '../labCase.ts'
import type { Pool } from './pools.ts'
import { match } from './randomMatches.ts'
import type { Place } from './randomMatches.ts'

const words = (...list: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...list)
const bracket = (family: Family, address: string): string => (family === 6 ? `[${address}]` : address)

const MARKING = [
  'MARK --set-xmark 0x539/0xffffffff', 'MARK --set-mark 0x1/0xff', 'MARK --or-mark 0x10', 'MARK --xor-mark 0x3', 'MARK --and-mark 0xf', 'CONNMARK --save-mark', 'CONNMARK --restore-mark',
  'CONNMARK --set-xmark 0x539/0xffffffff', 'CONNMARK --set-mark 0x111/0xfff', 'CONNMARK --restore-mark --nfmask 0xff --ctmask 0xff', 'CONNMARK --and-mark 0x1',
] as const

function natTargets({ family, hook, protocol, pool }: Place): readonly string[] {
  const { own: pod, second, near: [near = pod], far: [far = pod] } = pool
  const to = (address: string, port: number): string => `${bracket(family, address)}:${port}`
  const loop = family === 4 ? '127.0.0.1' : '::1'
  const ported = protocol === null || protocol === 'icmp' ? [] : ['REDIRECT --to-ports 15006', 'REDIRECT --to-ports 15001', 'REDIRECT --to-ports 18080', `DNAT --to-destination ${to(pod, 18080)}`, `DNAT --to-destination ${to(near, 80)}`, `DNAT --to-destination ${to(loop, 15001)}`]
  if (hook === 'PREROUTING' || hook === 'OUTPUT') return [...ported, ...ported, `DNAT --to-destination ${far}`, `DNAT --to-destination ${pod}`, 'REDIRECT', `NETMAP --to ${near}/${family === 4 ? 31 : 127}`]
  const sources = [`SNAT --to-source ${pod}`, `SNAT --to-source ${second}`, ...(protocol === null || protocol === 'icmp' ? [] : [`SNAT --to-source ${to(pod, 41000)}-41999`])]
  if (hook === 'POSTROUTING') return [...sources, 'MASQUERADE', ...(protocol === null || protocol === 'icmp' ? [] : ['MASQUERADE --to-ports 42000-42999'])]
  return hook === 'INPUT' ? sources : []
}

const rejects = (family: Family, protocol: Place['protocol']): readonly string[] => [
  'REJECT', ...(protocol === 'tcp' ? ['REJECT --reject-with tcp-reset', 'REJECT --reject-with tcp-reset'] : []),
  ...(family === 4 ? ['REJECT --reject-with icmp-host-prohibited', 'REJECT --reject-with icmp-net-unreachable', 'REJECT --reject-with icmp-admin-prohibited'] : ['REJECT --reject-with icmp6-adm-prohibited', 'REJECT --reject-with icmp6-no-route']),
]

function mangling({ family, hook, protocol }: Place): readonly string[] {
  const tproxy = hook === 'PREROUTING' && protocol !== null && protocol !== 'icmp' ? ['TPROXY --on-port 15006 --tproxy-mark 0x539/0xffffffff', 'TPROXY --on-port 15006', 'TPROXY --on-port 15001 --tproxy-mark 0x539'] : []
  return [...tproxy, ...tproxy, ...MARKING, ...(protocol === 'tcp' ? ['TCPMSS --set-mss 1000'] : []), 'TOS --set-tos 0x10/0x3f', 'DSCP --set-dscp 0x0a', ...(family === 4 ? ['TTL --ttl-set 63', 'TTL --ttl-dec 1', 'TTL --ttl-inc 2'] : ['HL --hl-set 63', 'HL --hl-inc 1'])]
}

/** Targets that a table has besides those every table has. */
function tableTargets(table: TableName, place: Place): readonly string[] {
  switch (table) {
    case 'raw': return ['CT --notrack', 'CT --zone 7', 'CT --zone-orig 7', 'CT --zone-reply 7', 'NOTRACK', ...MARKING.slice(0, 3)]
    case 'mangle': return mangling(place)
    case 'nat': return natTargets(place)
    case 'filter':
    case 'security': return [...MARKING.slice(0, 6), ...(table === 'filter' && place.hook !== null ? rejects(place.family, place.protocol) : [])]
  }
}

function target(table: TableName, place: Place, chains: readonly string[]): fc.Arbitrary<string> {
  const own = tableTargets(table, place)
  const jumps = chains.flatMap((name) => [`-j ${name}`, `-j ${name}`, `-g ${name}`])
  return fc.oneof(
    { weight: own.length > 0 ? 6 : 0, arbitrary: words(...own, 'ACCEPT').map((each) => `-j ${each}`) },
    { weight: 3, arbitrary: words('-j ACCEPT', '-j RETURN', '-j RETURN', '') },
    { weight: table === 'nat' ? 0 : 1, arbitrary: words('-j DROP') },
    { weight: 1, arbitrary: words('-j LOG --log-prefix "cw "', '-j NFLOG') },
    { weight: jumps.length > 0 ? 3 : 0, arbitrary: words(...jumps, '-j RETURN') },
  )
}

const TABLE_NAMES: fc.Arbitrary<TableName> = fc.constantFrom('raw', 'mangle', 'mangle', 'nat', 'nat', 'nat', 'filter', 'security')

const HOOKS = ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'] as const

/** Where rules are made for. */
export interface Site {
  readonly family: Family
  readonly pool: Pool
}

/** Later chains only, so that there are no loops. */
const OWN_CHAINS = ['C1', 'C2', 'C3'] as const

function ruleIn(table: TableName, { family, pool }: Site): fc.Arbitrary<LabRule> {
  const hooks = HOOKS.filter((hook) => BUILTIN_CHAINS[table].includes(hook))
  return fc.tuple(fc.constantFrom(...hooks, ...hooks, ...OWN_CHAINS), fc.constantFrom('tcp', 'tcp', 'tcp', 'udp', 'icmp', null, null)).chain(([chain, protocol]) => {
    const place: Place = { family, pool, hook: hooks.find((hook) => hook === chain) ?? null, protocol }
    const behind = OWN_CHAINS.slice(OWN_CHAINS.findIndex((each) => each === chain) + 1)
    return fc.tuple(fc.array(match(place), { maxLength: 3 }), target(table, place, behind)).map(([matches, then]): LabRule => ({ table, chain, spec: specOf(place, matches, then) }))
  })
}

function specOf({ protocol, family }: Place, matches: readonly string[], then: string): string {
  const named = protocol === null ? [] : [`-p ${protocol === 'icmp' && family === 6 ? 'ipv6-icmp' : protocol}`]
  // xt_TCPMSS takes rules for SYNs only.
  const needed = then.includes('TCPMSS') ? ['-m tcp --syn'] : []
  return [...named, ...once([...needed, ...matches]), then].filter((part) => part !== '').join(' ')
}

/** No option twice: iptables refuses that. */
function once(matches: readonly string[]): string[] {
  const names = matches.map((each) => /-m (\w+)|(-[sdio]) /.exec(each)?.slice(1).join('') ?? each)
  return matches.filter((_, i) => names.indexOf(names[i] ?? '') === i)
}

export const randomRule = (site: Site): fc.Arbitrary<LabRule> => TABLE_NAMES.chain((table) => ruleIn(table, site))

export const randomSet = (site: Site): fc.Arbitrary<LabRule[]> => fc.array(randomRule(site), { minLength: 1, maxLength: 24, size: 'max' })
