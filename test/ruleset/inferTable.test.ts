import { expect, it } from 'vitest'
import { readTranscript } from '../../src/host/readTranscript.ts'
import type { TableName } from '../../src/netfilter/table.ts'

const chain = (name: string, ...rules: readonly string[]): string => [`Chain ${name} (policy ACCEPT 0 packets, 0 bytes)`, ' pkts bytes target     prot opt in     out     source               destination', ...rules, ''].join('\n')

const RULE = '    0     0 DROP       tcp  --  *      *       0.0.0.0/0            10.0.0.9             tcp dpt:443'
const TO = (target: string, rest = ''): string => `    0     0 ${target}  tcp  --  *      *       0.0.0.0/0            0.0.0.0/0           ${rest}`

it.each<readonly [string, string, TableName, 'info' | 'warning']>([
  ['INPUT, FORWARD, OUTPUT are those of filter', ['INPUT', 'FORWARD', 'OUTPUT'].map((name) => chain(name)).join('\n'), 'filter', 'info'],
  ['PREROUTING, INPUT, OUTPUT, POSTROUTING of nat', ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'].map((name) => chain(name)).join('\n'), 'nat', 'info'],
  ['all five of mangle', ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'].map((name) => chain(name)).join('\n'), 'mangle', 'info'],
  ['PREROUTING and OUTPUT of raw', ['PREROUTING', 'OUTPUT'].map((name) => chain(name)).join('\n'), 'raw', 'info'],
  ['OUTPUT alone is a guess: filter, as iptables -L OUTPUT', chain('OUTPUT', RULE), 'filter', 'warning'],
  ['PREROUTING alone, a guess: nat', chain('PREROUTING', RULE), 'nat', 'warning'],
  ['with Istio\'s jump: nat', chain('OUTPUT', TO('ISTIO_OUTPUT')), 'nat', 'warning'],
  ['with a target of one table only, that table', chain('OUTPUT', TO('TPROXY', 'TPROXY redirect 0.0.0.0:15006 mark 0x539/0xffffffff')), 'mangle', 'info'],
  ['an Istio chain alone: nat', 'Chain ISTIO_OUTPUT (1 references)\n pkts bytes target     prot opt in     out     source               destination\n    0     0 RETURN     all  --  *      lo      127.0.0.6            0.0.0.0/0\n', 'nat', 'warning'],
])('a listing without its table: %s', (_, text, table, severity) => {
  const { value, diagnostics } = readTranscript([{ name: 'listed', text }])
  expect(value.states.flatMap(({ dumps }) => dumps.map((dump) => dump.table.name))).toEqual([table])
  expect(diagnostics.filter(({ code }) => code === 'assume-table').map((each) => each.severity)).toEqual([severity])
})
