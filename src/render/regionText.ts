import type { RegionDescription } from '../analysis/describeRegion.ts'
import { printEndpoint } from '../net/address.ts'
import type { Connection } from '../world/connection.ts'
import { outcomeText } from '../analysis/outcomeSummary.ts'
import type { TracedOutcome } from '../world/traceConnection.ts'
import { printable } from './printable.ts'

const WORDS = { src: 'from', dst: 'to', sport: 'source port', dport: 'port', uid: 'uid', gid: 'gid', mark: 'mark' } as const

/** "TCP made here, uid not 1337, to 10.0.0.0/8, port 443". */
export function regionText({ kind: { origin, proto, family }, fields }: RegionDescription): string {
  const head = `${family === 6 ? 'IPv6 ' : ''}${proto.toUpperCase()} ${origin === 'remote' ? 'from outside' : 'made here'}`
  return printable([head, ...fields.map(({ field, text }) => `${WORDS[field]} ${text}`)].join(', '))
}

/** Every way, with its chance. */
export function outcomesText(outcomes: readonly TracedOutcome[], connection: Connection): string {
  return printable(outcomes.map(({ outcome }) => `${outcomes.length > 1 ? `${outcome.probability === null ? 'perhaps' : `${Math.round(outcome.probability * 1000) / 10} %`}: ` : ''}${outcomeText(outcome, connection)}`).join(' | '))
}

/** The options of `chainwalk trace` that ask about it. */
export function traceOptions({ origin, proto, src, sport, dst, dport, uid, gid, mark }: Connection): string {
  const to = `--to ${printEndpoint(dst, dport)}`
  const over = proto === 'tcp' ? '' : ` --proto ${proto}`
  if (origin === 'remote') return `--from ${src ? (sport === null ? printEndpoint(src, 0).replace(/:0$/, '').replace(/^\[|\]$/g, '') : printEndpoint(src, sport)) : '-'} ${to}${over}`
  return `--uid ${uid}${gid === uid ? '' : ` --gid ${gid}`} ${to}${mark === 0 ? '' : ` --mark ${mark}`}${over}`
}
