import { expect } from 'vitest'
import { readTranscript } from '../../src/host/readTranscript.ts'
import { parseAddress } from '../../src/net/address.ts'
import type { Address } from '../../src/net/address.ts'
import type { Connection } from '../../src/world/connection.ts'
import type { Given } from '../../src/world/question.ts'
import { traceConnection } from '../../src/world/traceConnection.ts'
import type { Trace, TracedOutcome } from '../../src/world/traceConnection.ts'

export const address = (text: string): Address => parseAddress(text) ?? expect.fail(`${text} is no address`)

/** "10.0.0.1 > 10.0.0.2:80": a connection from outside; "uid 1000 > 10.0.0.2:80": one made here. */
export function connection(text: string, given: Partial<Connection> = {}): Connection {
  const [from = '', to = ''] = text.split(' > ')
  const colon = to.lastIndexOf(':')
  const uid = /^uid (\d+)$/.exec(from)?.[1]
  return {
    origin: uid === undefined ? 'remote' : 'local', proto: 'tcp', src: uid === undefined ? address(from) : null, sport: null, dst: address(to.slice(0, colon)), dport: Number(to.slice(colon + 1)),
    uid: Number(uid ?? 0), gid: Number(uid ?? 0), in: null, mark: 0, transparent: false, tcpFlags: null, length: null, at: null, ctState: 'NEW', ...given,
  }
}

/** Walks a connection through a transcript. */
export function ask(transcript: string, asked: Connection, given: Partial<Given> = {}): Trace {
  const { value } = readTranscript([{ name: 'test', text: transcript }])
  const state = value.states[0] ?? expect.fail('no rules were read')
  return traceConnection({ state, facts: value.facts, given: { podAddresses: [], istioVersion: null, ...given }, connection: asked })
}

/** The one outcome there is. */
export function only({ outcomes }: Trace): TracedOutcome {
  expect(outcomes.map(({ outcome }) => outcome.assumptions.map(({ message }) => message))).toHaveLength(1)
  return outcomes[0] ?? expect.fail('no outcome')
}

/** A pod's facts; the rules come before them. */
export const POD = `
$ ip addr
1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN
    inet 127.0.0.1/8 scope host lo
2: eth0@if9: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP
    inet 10.20.0.77/24 scope global eth0
$ ip rule
0:	from all lookup local
32765:	from all fwmark 0x539 lookup 133
32766:	from all lookup main
32767:	from all lookup default
$ ip route show table all
local default dev lo table 133 scope host
default via 10.20.0.1 dev eth0
10.20.0.0/24 dev eth0 proto kernel scope link src 10.20.0.77
local 10.20.0.77 dev eth0 table local proto kernel scope host src 10.20.0.77
local 127.0.0.0/8 dev lo table local proto kernel scope host src 127.0.0.1
local 127.0.0.1 dev lo table local proto kernel scope host src 127.0.0.1
`

/** Sockets as ss prints them: "app 1000 0.0.0.0:18080", with "transparent" behind. */
export const sockets = (...rows: readonly string[]): string =>
  `$ ss -lntupe --inet-sockopt\nNetid State Recv-Q Send-Q Local Address:Port Peer Address:PortProcess\n${rows.map((row, i) => {
    const [program = '', uid = '', at = '', option = ''] = row.split(' ')
    return `tcp LISTEN 0 64 ${at} 0.0.0.0:* users:(("${program}",pid=${100 + i},fd=3)) uid:${uid} ino:${i} sk:${i} <->\n\tinet-sockopt: ( is_icsk ${option} mc_all)`
  }).join('\n')}\n`
