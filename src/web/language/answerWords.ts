import { printable } from '../core.ts'
import type { AnswerParts } from '../core.ts'
import type { Word } from './en.ts'
import { t } from './language.ts'

type Parts = AnswerParts

const WAYS = { inbound: 'receiverInbound', outbound: 'receiverOutbound', own: 'receiverOwn' } as const satisfies Record<string, Word>

const OTHERS = { ping: 'receiverPing', captured: 'receiverCaptured', direct: 'receiverDirect', nobody: 'receiverNobody' } as const satisfies Record<string, Word>

/** The port that receives it, if it is the proxy's, and the words behind it. */
export function receiverWords({ receiver }: Parts): { readonly port: number | null; readonly text: string } {
  return receiver.kind === 'proxy' ? { port: receiver.port, text: t(WAYS[receiver.way], { name: printable(receiver.name) }) } : { port: null, text: t(OTHERS[receiver.kind]) }
}

const RESULTS = {
  connected: 'resultConnected', refused: 'resultRefused', timeout: 'resultTimeout', unreachable: 'resultUnreachable', 'not-permitted': 'resultNotPermitted', loop: 'resultLoop', unknown: 'resultUnknown',
} as const satisfies Record<string, Word>

export function seenWords({ seen }: Parts): string {
  switch (seen?.kind) {
    case undefined: return t('none')
    case 'app': return t('seenApp', { peer: seen.peer })
    case 'program': return t('seenProgram', { name: printable(seen.name), port: seen.port, peer: seen.peer })
    case 'remote': return t('seenRemote', { end: seen.end ?? t('farEnd'), peer: seen.peer })
    case 'dial': return t('seenDial', { to: seen.to, result: t(RESULTS[seen.result]) })
  }
}

const REPLIES = {
  connected: 'replyConnected', refused: 'replyRefused', timeout: 'replyTimeout', unreachable: 'replyUnreachable', 'not-permitted': 'replyNotPermitted', loop: 'replyLoop', unknown: 'replyUnknown', 'client-only': 'replyClientOnly',
} as const satisfies Record<Parts['reply'], Word>

export const replyWords = ({ reply }: Parts): string => t(REPLIES[reply])
