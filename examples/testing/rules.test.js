import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { connection, connections, edits, matchers, rulesOf } from 'chainwalk/testing'

expect.extend(matchers)

/** What `iptables -t nat -L -v` printed in a pod. */
const rules = rulesOf(readFileSync(new URL('../redirect/nat.txt', import.meta.url), 'utf8'), { podIps: ['10.20.0.77'], istio: '1.11' })

describe('our pods', () => {
  it('hand what comes for the app to Envoy, and ssh to sshd', () => {
    expect(rules).toDeliver('10.20.0.78 -> 10.20.0.77:18080', 15006)
    expect(rules).toDeliver('10.20.0.78 -> 10.20.0.77:22', 22)
    expect(rules).toDeliver('uid 1000 -> 151.101.65.67:443', 15001)
  })

  it('never let Envoy call itself', () => {
    expect(rules).toNeverLoop()
  })
})

/** The databases are to be dialled directly. */
const change = rules.edited('-t nat -I ISTIO_OUTPUT 1 -d 10.30.0.0/16 -p tcp --dport 5432 -j RETURN')

/** The same, and somebody thought the proxy's own rules were in its way. */
const bug = change.edited('-t nat -D ISTIO_OUTPUT -m owner --uid-owner 1337 -j RETURN', '-t nat -D ISTIO_OUTPUT -m owner --gid-owner 1337 -j RETURN')

const isDatabase = ({ dst, dport }) => dst.family === 4 && dst.d >>> 16 === ((10 << 8) | 30) && dport === 5432

/** Everything but the databases fares as before. */
const keeps = (changed) => fc.property(connections(rules, changed), (asked) => {
  const [before, after] = [rules, changed].map((each) => each.walkerOf(asked.dst).trace(asked).map(({ outcome: { result, accepts, upstreams } }) => ({ result, accepts, upstreams })))
  if (!isDatabase(asked)) expect(after).toEqual(before)
})

describe('a change', () => {
  it('concerns the databases only', () => {
    fc.assert(keeps(change))
    expect(change).toDeliver('uid 1000 -> 10.31.0.1:5432', 15001)
  })

  it('with a bug in it does not pass', () => {
    expect(() => { fc.assert(keeps(bug), { numRuns: 1000 }) }).toThrow('Property failed')
    expect(() => { expect(bug).toNeverLoop() }).toThrow('the proxy calls itself without end')
  })

  it('of one rule never keeps us from logging in', () => {
    fc.assert(fc.property(edits(rules), (commands) => {
      const outcomes = rules.edited(...commands).walkerOf({ family: 4 }).trace(connection('10.20.0.78 -> 10.20.0.77:22'))
      expect(outcomes.map(({ outcome: { reachesApp } }) => reachesApp)).toEqual([true])
    }))
  })
})
