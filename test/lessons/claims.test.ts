import { describe, expect, it } from 'vitest'
import type { LessonConnection, LessonNamespace } from '../../src/lessons/lesson.ts'
import { lessonAnswer } from '../../src/lessons/lessonAnswer.ts'
import type { LessonAnswer } from '../../src/lessons/lessonAnswer.ts'
import { lessons } from '../../src/lessons/lessons.ts'
import { packetOfLeg } from '../../src/lessons/packetOfLeg.ts'
import { ruleAt } from '../../src/lessons/ruleAt.ts'
import { APP, CLIENT, fromApp, fromClient, POD, PROXY, sidecarPod, SERVICE } from '../../src/lessons/setting.ts'
import { stepQuestion } from '../../src/lessons/stepQuestion.ts'
import type { TraceStep } from '../../src/netfilter/traceEvent.ts'
import { printAddress, printEndpoint } from '../../src/net/address.ts'
import { traceConnection } from '../../src/world/traceConnection.ts'
import type { Trace, TracedOutcome } from '../../src/world/traceConnection.ts'
import { only } from '../world/ask.ts'

/** A step of a lesson, counted from 1. */
function step(id: string, number: number): LessonAnswer {
  const lesson = lessons.find((each) => each.id === id) ?? expect.fail(`no lesson ${id}`)
  return lessonAnswer(lesson, lesson.steps[number - 1] ?? expect.fail(`no step ${number}`))
}

/** The same in other circumstances. */
function walk(namespace: LessonNamespace, connection: LessonConnection): Trace {
  const tells = [{ en: '', zh: '' }]
  return traceConnection(stepQuestion({ id: 'test', namespaces: { it: namespace } }, { namespace: 'it', connection, tells, question: { asks: 'captured', text: { en: '', zh: '' }, choices: [] }, reveals: tells }))
}

const outcome = (namespace: LessonNamespace, connection: LessonConnection): TracedOutcome['outcome'] => only(walk(namespace, connection)).outcome

type Kind = TraceStep['kind']

const all = <K extends Kind>({ traced: { events } }: LessonAnswer, kind: K): Extract<TraceStep, { kind: K }>[] =>
  events.map((event) => event.step).filter((each): each is Extract<TraceStep, { kind: K }> => each.kind === kind)

const rulesIn = ({ question: { state } }: LessonAnswer, table: string, chain: string): string[] =>
  state.rulesets.flatMap(({ tables }) => tables).filter(({ name }) => name === table).flatMap(({ chains }) => chains).filter(({ name }) => name === chain).flatMap(({ rules }) => rules.map(({ text = '' }) => text))

/** The devices by which a leg's packets leave, in one direction. */
function devices({ traced: { events } }: LessonAnswer, leg: number, direction: 'original' | 'reply'): string[] {
  return packetOfLeg(events, { leg, direction }).flatMap(({ step: each }) => (each.kind === 'transmitted' ? [each.device] : []))
}

const ssListener = (at: string): string => `$ ss -lntupe --inet-sockopt
Netid State Recv-Q Send-Q Local Address:Port Peer Address:PortProcess
tcp LISTEN 0 4096 0.0.0.0:15006 0.0.0.0:* users:(("envoy",pid=17,fd=34)) uid:1337 ino:1 sk:1 <->
tcp LISTEN 0 4096 0.0.0.0:15001 0.0.0.0:* users:(("envoy",pid=17,fd=35)) uid:1337 ino:2 sk:2 <->
tcp LISTEN 0 4096 ${at} 0.0.0.0:* users:(("app",pid=1,fd=3)) uid:1000 ino:3 sk:3 <->
`

describe('redirect-inbound', () => {
  it('only the first packet meets the nat table, and the source stays', () => {
    const answer = step('redirect-inbound', 1)
    const { events } = answer.traced
    const [, ...later] = events.map((each, i) => ({ ...each.step, i })).filter((each) => each.kind === 'packetEntered' && each.leg === 0)
    const from = later[0]?.i ?? expect.fail('one packet only')
    const until = events.findIndex((each, i) => i > from && each.step.kind === 'acted')
    expect(events.slice(from, until).filter(({ step: each }) => each.kind === 'ruleMatched')).toEqual([])
    expect(all(answer, 'natBound').map(({ manip, from: was, to }) => [manip, was, to])).toEqual([['destination', `${POD}:8080`, `${POD}:15006`]])
    expect(answer.traced.outcome.accepts[0]?.peer).toBe(CLIENT)
  })

  it('no socket of Envoy\'s has the app\'s port, and pilot-agent accepts on 15020', () => {
    const { inboundPort, outboundPort, ownPorts } = step('redirect-inbound', 1).trace.profile
    expect([inboundPort, outboundPort, ...ownPorts]).not.toContain(8080)
    expect(step('redirect-inbound', 2).traced.outcome.accepts).toMatchObject([{ process: 'agent', port: 15020, peer: CLIENT }])
    expect(sidecarPod().rules).toMatchObject({ args: expect.arrayContaining(['-d', '15090,15021,15020']) })
  })

  it('Envoy\'s own port 15001 accepts at last, and closes', () => {
    const answer = step('redirect-inbound', 3)
    expect(answer.traced.outcome.accepts.map(({ port }) => port)).toEqual([15006, 15001])
    expect(all(answer, 'acted').at(-1)?.what).toMatch(/^closes it: its original destination port, 15001/)
  })
})

describe('redirect-outbound', () => {
  it('the app\'s packet turns round at 127.0.0.1, Envoy\'s own leaves by eth0', () => {
    const answer = step('redirect-outbound', 1)
    expect(rulesIn(answer, 'nat', 'ISTIO_OUTPUT').slice(0, -1).filter((text) => !/-o lo|-m owner|-d 127\.0\.0\.1\/32/.test(text))).toEqual([])
    expect(all(answer, 'natBound')[0]).toMatchObject({ manip: 'destination', from: `${SERVICE}:80`, to: '127.0.0.1:15001' })
    expect([devices(answer, 0, 'original'), devices(answer, 1, 'original')]).toEqual([['lo'], ['eth0']])
  })

  it('the rule for the gid would let Envoy go as well', () => {
    expect(rulesIn(step('redirect-outbound', 2), 'nat', 'ISTIO_OUTPUT').indexOf('-A ISTIO_OUTPUT -m owner --gid-owner 1337 -j RETURN')).toBe(6)
    expect(step('uid-1337', 2).traced.outcome.result).toBe('connected')
  })

  it('ISTIO_REDIRECT has but one rule, and UDP leaves by eth0', () => {
    const answer = step('redirect-outbound', 4)
    expect(rulesIn(answer, 'nat', 'ISTIO_REDIRECT')).toHaveLength(1)
    expect(devices(answer, 0, 'original')).toEqual(['eth0'])
  })
})

describe('source-address', () => {
  it('127.0.0.6 begins with 1.10, 127.0.0.1 ends with 1.9', () => {
    expect(['1.9.0', '1.10.0'].map((version) => outcome(sidecarPod({ version }), fromClient(8080)).appSees)).toEqual(['127.0.0.1', '127.0.0.6'])
  })

  it('the rule for 127.0.0.6 is the first, and behind it the proxy\'s uid is sent inbound before it is let go', () => {
    const [first, second, third, fourth] = rulesIn(step('source-address', 1), 'nat', 'ISTIO_OUTPUT')
    expect([first, second, third, fourth].map((text) => text?.match(/127\.0\.0\.6|-j \w+$/g)?.join(' '))).toEqual(['127.0.0.6 -j RETURN', '-j ISTIO_IN_REDIRECT', '-j RETURN', '-j RETURN'])
    expect(step('source-address', 2).traced.outcome.accepts.map(({ port, originalDestination }) => [port, originalDestination])).toEqual([[15006, `${POD}:8080`], [15006, `${POD}:8080`]])
  })
})

describe('uid-1337', () => {
  it('Envoy has both ids with REDIRECT, and the group only with TPROXY', () => {
    expect(step('uid-1337', 2).trace.profile).toMatchObject({ uid: 1337, gid: 1337 })
    expect(step('tproxy', 1).trace.profile).toMatchObject({ uid: 0, gid: 1337 })
  })

  it('the app that has the proxy\'s uid leaves past Envoy', () => {
    expect(step('uid-1337', 3).traced.outcome.accepts).toMatchObject([{ remote: true, peer: POD }])
  })
})

describe('tproxy', () => {
  it('nothing is rewritten, and both marks are where the lesson says', () => {
    const answer = step('tproxy', 1)
    expect(all(answer, 'natBound')).toEqual([])
    expect(all(answer, 'connmarkSet')[0]).toMatchObject({ to: 0x539 })
    expect(answer.traced.outcome.upstreams).toMatchObject([{ to: `${POD}:8080`, result: 'connected' }])
  })

  it('the app\'s SYN-ACK would leave by eth0, but for its mark', () => {
    const { traced } = step('tproxy', 2)
    const reply = packetOfLeg(traced.events, { leg: 1, direction: 'reply' }).map((each) => each.step)
    expect(reply[0]).toMatchObject({ kind: 'packetEntered', skb: { out: 'eth0', mark: 0 } })
    const marked = reply.findIndex(({ kind }) => kind === 'markSet')
    expect(reply.slice(marked).find(({ kind }) => kind === 'routed')).toMatchObject({ device: 'lo', why: 'table 133, local dev lo' })
  })

  it('without the policy route the SYN reaches the app, the SYN-ACK leaves, and the client waits', () => {
    const answer = step('tproxy', 3)
    expect(all(answer, 'delivered').at(-1)).toMatchObject({ process: 'app', port: 8080 })
    expect(devices(answer, 1, 'reply')).toEqual(['eth0'])
    expect(answer.traced.outcome).toMatchObject({ result: 'connected', reachesApp: false })
  })

  it('a listener that is not transparent loses the SYN without an answer', () => {
    const answer = step('tproxy', 5)
    expect(all(answer, 'dropped')[0]).toMatchObject({ code: 'tproxy-no-socket' })
    expect(all(answer, 'packetEntered').map(({ leg, reply }) => [leg, reply])).toEqual([[0, false]])
  })
})

describe('ports', () => {
  it('a list of included ports leaves no RETURN for the excluded ones', () => {
    expect(rulesIn(step('ports', 1), 'nat', 'ISTIO_INBOUND').filter((text) => text.includes('9100'))).toEqual(['-A ISTIO_INBOUND -p tcp -m tcp --dport 9100 -j RETURN'])
    expect(rulesIn(step('ports', 2), 'nat', 'ISTIO_INBOUND').filter((text) => text.endsWith('RETURN'))).toEqual(['-A ISTIO_INBOUND -p tcp -m tcp --dport 15008 -j RETURN'])
  })

  it('an included port takes others out only where no range is included', () => {
    expect(outcome(sidecarPod({ outbound: ['-i', '', '-x', ''], more: ['-q', '9000'] }), fromApp('10.40.1.1', 2181)).captured).toBe(false)
    expect(outcome(sidecarPod({ outbound: ['-i', '', '-x', ''], more: ['-q', '9000'] }), fromApp('10.40.1.1', 9000)).captured).toBe(true)
  })

  it('the rules it names are those of the port and of the range', () => {
    expect(ruleAt(step('ports', 4).question.state.rulesets, 'nat ISTIO_OUTPUT 10')?.text).toMatch(/--dport 9000 -j ISTIO_REDIRECT$/)
    expect(ruleAt(step('ports', 5).question.state.rulesets, 'nat ISTIO_OUTPUT 10')?.text).toMatch(/-d 10\.96\.0\.0\/12 -j ISTIO_REDIRECT$/)
    expect(outcome(sidecarPod({ outbound: ['-i', '10.96.0.0/12', '-x', ''], more: ['-q', '9000'] }), fromApp(SERVICE, 80)).captured).toBe(true)
  })
})

describe('dns', () => {
  const answerSource = (answer: LessonAnswer): string => {
    const last = all(answer, 'packetEntered').at(-1) ?? expect.fail('no packet')
    return printEndpoint(last.skb.src, last.skb.sport)
  }

  it('the answer comes from the address that was asked', () => {
    expect([answerSource(step('dns', 1)), answerSource(step('dns', 4))]).toEqual(['10.96.0.10:53', '8.8.8.8:53'])
    expect(step('dns', 1).traced.outcome.accepts).toMatchObject([{ process: 'agent', port: 15053 }])
  })

  it('queries of the agent and of the app are in zones of their own', () => {
    const zone = ({ traced: { events } }: LessonAnswer): unknown =>
      packetOfLeg(events, { leg: 0, direction: 'original' }).flatMap(({ patches }) => patches).filter(({ path }) => path.join('.') === 'skb.ctTemplate').map(({ value }) => value).find((value) => value !== null)
    expect([zone(step('dns', 2)), zone(step('dns', 1))]).toMatchObject([{ zone: 1 }, { zone: 2 }])
  })

  it('without DNS capture a query over UDP is not captured', () => {
    expect(outcome(sidecarPod(), { from: APP, to: '10.96.0.10', port: 53, proto: 'udp' }).captured).toBe(false)
  })

  it('Envoy carries a query over TCP on', () => {
    expect(step('dns', 5).traced.outcome.accepts.map(({ process, port }) => [process, port])).toEqual([['envoy', 15001], ['remote', 53]])
  })
})

describe('ambient', () => {
  it('ztunnel accepts, and no rule asks for a uid', () => {
    const answer = step('ambient', 1)
    expect(answer.traced.outcome.accepts[0]).toMatchObject({ process: 'ztunnel', port: 15006 })
    expect(answer.question.state.rulesets.flatMap(({ tables }) => tables).flatMap(({ chains }) => chains).flatMap(({ rules }) => rules).filter(({ text }) => text?.includes('owner'))).toEqual([])
  })

  it('the reply stays in the pod by table 100', () => {
    expect(devices(step('ambient', 2), 1, 'reply')).toEqual(['lo'])
    expect(all(step('ambient', 2), 'routed').map(({ why }) => why)).toContain('table 100, local dev lo')
  })

  it('15008 is dialled, not captured', () => {
    expect(step('ambient', 3).traced.outcome).toMatchObject({ captured: false, accepts: [{ process: 'ztunnel', port: 15008 }] })
  })

  it('the probe goes to the app itself', () => {
    expect(step('ambient', 5).traced.outcome).toMatchObject({ captured: false, accepts: [{ process: 'app', peer: '169.254.7.127' }] })
  })
})

describe('node', () => {
  const elsewhere = (policy: 'cluster' | 'elsewhere'): LessonNamespace => {
    const { namespaces } = lessons.find(({ id }) => id === 'node') ?? expect.fail('no lesson')
    const namespace = namespaces[policy] ?? expect.fail('no namespace')
    return namespace.rules.from === 'save' ? { ...namespace, rules: { from: 'save', text: namespace.rules.text.replaceAll('10.244.1.20', '10.244.2.20') } } : expect.fail('no save')
  }
  const user: LessonConnection = { from: '203.0.113.7', to: '192.0.2.10', port: 30080, proto: 'tcp' }

  it('with Cluster an endpoint on another node is reached, masqueraded as the node on eth0; with Local it is not', () => {
    expect(outcome(elsewhere('cluster'), user)).toMatchObject({ result: 'connected', accepts: [{ peer: '192.0.2.10' }] })
    expect(outcome(elsewhere('elsewhere'), user).result).toBe('timeout')
  })

  it('the answer returns with the source address that was dialled', () => {
    const reply = all(step('node', 3), 'packetEntered').find((each) => each.reply) ?? expect.fail('no reply')
    expect(printAddress(reply.skb.dst)).toBe('203.0.113.7')
    expect(step('node', 3).traced.outcome.result).toBe('connected')
  })
})

describe('upgrade', () => {
  it('an app that listens on 127.0.0.1 alone is reached up to 1.9, and refused from 1.10 on', () => {
    const session = ssListener('127.0.0.1:8080')
    expect(['1.4.0', '1.9.0', '1.10.0', '1.11.0'].map((version) => outcome(sidecarPod({ version, session }), fromClient(8080)).upstreams[0]?.result)).toEqual(['connected', 'connected', 'refused', 'refused'])
  })

  it('the rule for 127.0.0.6 is there in 1.4', () => {
    expect(ruleAt(step('upgrade', 1).question.state.rulesets, 'nat ISTIO_OUTPUT 1')?.text).toContain('-s 127.0.0.6/32')
  })

  it('an app that dials its own pod goes past Envoy from 1.5 on', () => {
    expect(['1.4.0', '1.5.0', '1.11.0'].map((version) => outcome(sidecarPod({ version }), fromApp(POD, 8080)).captured)).toEqual([true, false, false])
    expect(outcome(sidecarPod({ version: '1.5.0' }), { from: PROXY, to: POD, port: 8080, proto: 'tcp' }).captured).toBe(true)
  })

  it('port 22 is left alone up to 1.12', () => {
    expect(['1.4.0', '1.11.0', '1.12.0', '1.13.0', '1.30.0'].map((version) => outcome(sidecarPod({ version }), fromClient(22)).captured)).toEqual([false, false, false, true, true])
  })
})
