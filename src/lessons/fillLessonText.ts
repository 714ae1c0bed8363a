import { isHook } from '../netfilter/hook.ts'
import type { TraceEvent } from '../netfilter/traceEvent.ts'
import { printAddress, printEndpoint } from '../net/address.ts'
import type { Accept } from '../world/outcome.ts'
import type { Question } from '../world/question.ts'
import type { LessonPacket } from './lesson.ts'
import type { LessonAnswer } from './lessonAnswer.ts'
import { ruleAt } from './ruleAt.ts'
import { markBehind, packetOfLeg } from './packetOfLeg.ts'

/** Puts in place of {…} what the connection is, what the rules are and what the trace tells. */
export function fillLessonText(text: string, answer: LessonAnswer): string {
  return text.replace(/\{([^}]*)\}/g, (_, words: string) => {
    const told = connectionWord(words, answer.question) ?? ruleText(words, answer.question) ?? traceWord(words, answer) ?? packetWord(words, answer)
    if (told === null) throw new Error(`the trace has nothing for {${words}}`)
    return told
  })
}

/** {from}, {to}, {dport}, {uid}: what is asked about, known before the answer. */
function connectionWord(word: string, { connection: { src, dst, dport, uid } }: Question): string | null {
  switch (word) {
    case 'from': return src && printAddress(src)
    case 'to': return printAddress(dst)
    case 'dport': return String(dport)
    case 'uid': return String(uid)
    default: return null
  }
}

/** {rule nat ISTIO_OUTPUT 4}: a rule as iptables-save prints it. */
function ruleText(words: string, question: Question): string | null {
  const place = /^rule (.*)$/.exec(words)?.[1]
  const rule = place === undefined ? null : ruleAt(question.state.rulesets, place)
  return rule?.text ?? null
}

/** {port}, {peer}, {original}: the first socket that accepts; {last}: the peer of the last one; {dialFrom}, {dialTo}: the proxy's own dial. */
function traceWord(word: string, { traced: { outcome: { accepts }, events } }: LessonAnswer): string | null {
  const [first] = accepts
  const dial = packetOfLeg(events, { leg: 1, direction: 'original' })[0]?.step
  switch (word) {
    case 'dialFrom': return dial?.kind === 'packetEntered' ? printAddress(dial.skb.src) : null
    case 'dialTo': return dial?.kind === 'packetEntered' ? printEndpoint(dial.skb.dst, dial.skb.dport) : null
    case 'last': return accepts.at(-1)?.peer ?? null
    default: return first ? acceptWord(word, first) : null
  }
}

function acceptWord(word: string, { port, peer, originalDestination }: Accept): string | null {
  switch (word) {
    case 'port': return String(port)
    case 'peer': return peer
    case 'original': return originalDestination
    default: return null
  }
}

/** {met 1 reply mangle OUTPUT}: the rule by which the packet last went on in a chain; {mark 1 OUTPUT}: its mark behind a hook; {route 1}: its last route. */
function packetWord(words: string, { traced: { events } }: LessonAnswer): string | null {
  const [, kind, leg, reply, rest = ''] = /^(met|mark|route) (\d+)( reply)?(?: (.*))?$/.exec(words) ?? []
  const asked: LessonPacket = { leg: Number(leg), direction: reply === undefined ? 'original' : 'reply' }
  const packet = packetOfLeg(events, asked)
  switch (kind) {
    case 'met': return metIn(packet, rest)
    case 'mark': return isHook(rest) ? markText(markBehind(packet, rest)) : null
    case 'route': return lastRoute(packet)
    default: return null
  }
}

function metIn(packet: readonly TraceEvent[], tableAndChain: string): string | null {
  const met = packet.flatMap(({ step }) => (step.kind === 'ruleMatched' && `${step.place.table} ${step.place.chain}` === tableAndChain ? [step.place] : [])).at(-1)
  return met?.rule.text ?? null
}

const markText = (mark: number | null): string | null => (mark === null ? null : `0x${mark.toString(16)}`)

const lastRoute = (packet: readonly TraceEvent[]): string | null =>
  packet.flatMap(({ step }) => (step.kind === 'routed' ? [step.why] : [])).at(-1) ?? null
