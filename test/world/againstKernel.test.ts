import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readKernelTrace } from '../../src/host/kernelTrace.ts'
import { xtablesText } from '../../src/render/xtablesText.ts'
import { againstKernel } from '../../src/world/againstKernel.ts'
import { ask, connection, only, sockets } from './ask.ts'

/** What `xtables-monitor --trace` of iptables 1.8.9 printed for a connection to 127.0.0.1:80, redirected to 8080. */
const recorded = readFileSync(join(import.meta.dirname, 'data/xtables-monitor.txt'), 'utf8')

const RULES = `$ iptables-save
*raw
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A PREROUTING -p tcp -j TRACE
-A OUTPUT -p tcp -j TRACE
COMMIT
*nat
:OUTPUT ACCEPT [0:0]
:FOO - [0:0]
-A OUTPUT -p tcp -m tcp --dport 80 -j FOO
-A FOO -p udp -j ACCEPT
-A FOO -p tcp -j REDIRECT --to-ports 8080
COMMIT
`
const LO = '$ ip addr\n1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536\n    inet 127.0.0.1/8 scope host lo\n'

const walked = (rules: string) => only(ask(rules + LO + sockets('app 0 127.0.0.1:8080'), connection('uid 0 > 127.0.0.1:80')))

describe('a recorded kernel trace', () => {
  it('is read packet by packet', () => {
    const packets = readKernelTrace(recorded)
    expect(packets.map(({ in: input, out, dport, flags }) => [input, out, dport, flags])).toEqual([[null, 'lo', 80, 'SYN'], ['lo', null, 8080, 'SYN'], [null, 'lo', 52686, 'SYN ACK'], ['lo', null, 52686, 'SYN ACK']])
    expect(packets[0]?.steps.map(({ table, chain, verdict }) => `${table} ${chain} ${verdict}`)).toEqual(['raw OUTPUT CONTINUE', 'nat OUTPUT JUMP:FOO', 'nat FOO ACCEPT'])
  })

  it('agrees with the walk', () => {
    expect(againstKernel(walked(RULES).events, readKernelTrace(recorded))).toEqual({ packets: 4, rules: 6, divergence: null })
  })

  it('names the first step at which they part', () => {
    const other = RULES.replace('-A FOO -p udp -j ACCEPT', '-A FOO -p tcp -j ACCEPT')
    expect(againstKernel(walked(other).events, readKernelTrace(recorded)).divergence).toMatchObject({ predicted: 'nat FOO rule 1: -p tcp -j ACCEPT', kernel: 'nat FOO: -p tcp -j REDIRECT --to-ports 8080', line: 6 })
  })

  it('the kernel\'s log (legacy TRACE) tells rule numbers', () => {
    const log = [
      'TRACE: raw:OUTPUT:policy:2 IN= OUT=lo SRC=127.0.0.1 DST=127.0.0.1 LEN=60 TTL=64 ID=7 DF PROTO=TCP SPT=52686 DPT=80 SYN URGP=0',
      'TRACE: nat:OUTPUT:rule:1 IN= OUT=lo SRC=127.0.0.1 DST=127.0.0.1 LEN=60 TTL=64 ID=7 DF PROTO=TCP SPT=52686 DPT=80 SYN URGP=0',
      'TRACE: nat:FOO:rule:2 IN= OUT=lo SRC=127.0.0.1 DST=127.0.0.1 LEN=60 TTL=64 ID=7 DF PROTO=TCP SPT=52686 DPT=80 SYN URGP=0',
      'TRACE: raw:PREROUTING:policy:2 IN=lo OUT= SRC=127.0.0.1 DST=127.0.0.1 LEN=60 TTL=64 ID=7 DF PROTO=TCP SPT=52686 DPT=8080 SYN URGP=0',
    ].map((line, i) => `[ 12.${i}] ${line}`).join('\n')
    expect(againstKernel(walked(RULES).events, readKernelTrace(log))).toMatchObject({ packets: 2, divergence: null })
  })

  it('a walk in xtables-monitor\'s grammar reads back as the kernel\'s does', () => {
    const { events } = walked(RULES)
    const own = readKernelTrace(xtablesText(events))
    expect(own.slice(0, 4).map(({ in: input, flags, steps }) => [input, flags, steps.map(({ rule }) => rule)])).toEqual(readKernelTrace(recorded).map(({ in: input, flags, steps }) => [input, flags, steps.map(({ rule }) => rule)]))
    expect(againstKernel(events, own).divergence).toBeNull()
  })
})
