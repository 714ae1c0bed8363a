import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { istioRules } from '../../src/istio/rules.ts'
import { printSave } from '../../src/ruleset/print.ts'
import { ask, connection, only } from './ask.ts'

const example = (name: string): string => readFileSync(join(import.meta.dirname, '../../examples', name), 'utf8')

const made = istioRules({ version: '1.20', family: 4, args: ['-p', '15001', '-z', '15006', '-u', '1337', '-g', '1337', '-m', 'TPROXY', '-i', '*', '-b', '*', '-d', '15090,15021,15020'], podIps: ['10.20.0.77'] }).value
const TPROXY = `$ iptables-save\n${made ? printSave(made.ruleset, 'plain') : expect.fail('no rules')}`

const ADDRESSES = `
$ ip addr
1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN
    inet 127.0.0.1/8 scope host lo
2: eth0@if5: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP
    inet 10.20.0.77/24 scope global eth0
`
const MAIN = `$ ip route
default via 10.20.0.1 dev eth0
10.20.0.0/24 dev eth0 proto kernel scope link src 10.20.0.77
`
const LOCAL = `local 10.20.0.77 dev eth0 table local proto kernel scope host src 10.20.0.77
local 127.0.0.0/8 dev lo table local proto kernel scope host src 127.0.0.1
`
const ALL = `$ ip route show table all
${MAIN.split('\n').slice(1).join('\n')}${LOCAL}`
const RULES = `$ ip rule
0:\tfrom all lookup local
32766:\tfrom all lookup main
32767:\tfrom all lookup default
`
const MARKED = RULES.replace('32766', '32765:\tfrom all fwmark 0x539 lookup 133\n32766')
const INBOUND = connection('10.20.0.78 > 10.20.0.77:18080')

describe('routes that are shown in part', () => {
  it.each([['the main table', MAIN], ['the local table', `$ ip route show table local\n${LOCAL.replaceAll(' table local', '')}`], ['all tables', ALL], ['none', '']])('%s: the pod\'s own address is its own', (_, routes) => {
    expect(only(ask(`${ADDRESSES}${routes}${example('redirect/nat.txt')}`, INBOUND)).outcome).toMatchObject({ envoyPort: 15006, appSees: '127.0.0.6' })
  })

  it.each([
    ['nothing', '', true, '`ip rule add fwmark 0x539 lookup 133` and `ip route add local default dev lo table 133` are in place'],
    ['the main table', MAIN, true, '`ip rule add fwmark 0x539 lookup 133` and `ip route add local default dev lo table 133` are in place'],
    ['the main table and the rules', MAIN + MARKED, true, '`ip route add local default dev lo table 133` is in place'],
    ['another table\'s rule', MAIN + MARKED.replace('133', '99'), true, '`ip route add local default dev lo table 99` is in place'],
    ['all tables, with the route', `${ALL}local default dev lo table 133 scope host\n`, true, '`ip rule add fwmark 0x539 lookup 133` is in place'],
    ['all tables, without the route', ALL, false, null],
    ['all tables and the rules, without the route', ALL + MARKED, false, null],
    ['the rules, without one for the mark', MAIN + RULES, false, null],
  ] as const)('TPROXY with %s', (_, routing, reaches, assumed) => {
    const { outcome } = only(ask(`${ADDRESSES}${routing}${TPROXY}`, INBOUND))
    expect(outcome.reachesApp).toBe(reaches)
    const said = outcome.assumptions.find(({ code }) => code === 'assume-tproxy-route')?.message ?? null
    if (assumed === null) expect(said).toBeNull()
    else expect(said).toContain(assumed)
  })
})
