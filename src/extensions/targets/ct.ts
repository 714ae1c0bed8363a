import type { Option } from '../../../grammar/ast.ts'
import type { Skb } from '../../netfilter/skb.ts'
import { CONTINUE } from '../effect.ts'
import type { Effect } from '../effect.ts'
import type { TargetExtension } from '../extension.ts'
import type { ListingCursor } from '../listingCursor.ts'
import { parseNumber } from '../optionReader.ts'
import type { OptionReader } from '../optionReader.ts'

type Direction = 'both' | 'original' | 'reply'

interface Zone {
  /** "mark": the packet's fwmark, its lower 16 bits. */
  readonly id: number | 'mark'
  readonly direction: Direction
}

interface Ct {
  readonly notrack?: true
  readonly helper?: string
  readonly timeout?: string
  readonly ctevents?: readonly string[]
  readonly expevents?: readonly string[]
  readonly zone?: Zone
}

/** libxt_CT.c, in the order it prints them. */
const CT_EVENTS = ['new', 'related', 'destroy', 'reply', 'assured', 'protoinfo', 'helper', 'mark', 'natseqinfo', 'secmark'] as const
const EXP_EVENTS = ['new'] as const
const ZONE_SUFFIX: Readonly<Record<Direction, string>> = { both: '', original: '-orig', reply: '-reply' }

function readEvents(text: string, known: readonly string[]): readonly string[] | null {
  const given = text.split(',')
  return given.every((name) => known.includes(name)) ? known.filter((name) => given.includes(name)) : null
}

function parsedEvents(options: OptionReader, option: Option | null, known: readonly string[]): readonly string[] | null {
  if (!option) return null
  const events = readEvents(options.word(option), known)
  if (!events) options.refuse(option.args[0] ?? option.flag, `${option.flag.text} takes ${known.join(', ')}`)
  return events
}

/** Zone 0 is the default one and is not printed, whatever its direction. */
function readZone(text: string, direction: Direction): Zone | null {
  if (text.toLowerCase() === 'mark') return { id: 'mark', direction }
  const id = parseNumber(text)
  return id === null || id > 65535 ? null : { id, direction }
}

function parsedZone(options: OptionReader): Zone | null {
  const option = options.take('--zone', '--zone-orig', '--zone-reply')
  if (!option) return null
  const [original, reply] = [options.has('--zone-orig'), options.has('--zone-reply')]
  // Both flags together mean what neither means (ct_print_zone_id).
  const zone = readZone(options.word(option), original === reply ? 'both' : original ? 'original' : 'reply')
  if (!zone) options.refuse(option.args[0] ?? option.flag, `${option.flag.text} takes a number from 0 to 65535, or "mark"`)
  return zone
}

const wordOf = (options: OptionReader, flag: string): string | null => {
  const option = options.take(flag)
  return option && options.word(option)
}

interface Parts {
  readonly notrack: boolean
  readonly helper: string | null
  readonly timeout: string | null
  readonly ctevents: readonly string[] | null
  readonly expevents: readonly string[] | null
  readonly zone: Zone | null
}

const ctOf = ({ notrack, helper, timeout, ctevents, expevents, zone }: Parts): Ct => ({
  ...(notrack && { notrack }),
  ...(helper !== null && { helper }),
  ...(timeout !== null && { timeout }),
  ...(ctevents && { ctevents }),
  ...(expevents && { expevents }),
  ...(zone && zone.id !== 0 && { zone }),
})

/** The options in ct_save_v1's order, each with `prefix`: "--" in a save, nothing in a listing. */
function words({ notrack, helper, timeout, ctevents, expevents, zone }: Ct, prefix: '' | '--'): string[] {
  const parts: string[] = []
  if (notrack) parts.push(`${prefix}notrack`)
  if (helper !== undefined) parts.push(`${prefix}helper ${helper}`)
  if (timeout !== undefined) parts.push(`${prefix}timeout ${timeout}`)
  if (ctevents) parts.push(`${prefix}ctevents ${ctevents.join(',')}`)
  if (expevents) parts.push(`${prefix}expevents ${expevents.join(',')}`)
  if (zone) parts.push(`${prefix}zone${ZONE_SUFFIX[zone.direction]} ${zone.id}`)
  return parts
}

function listedZone(cursor: ListingCursor): Zone | null {
  for (const direction of ['both', 'original', 'reply'] as const) {
    if (cursor.skip(`zone${ZONE_SUFFIX[direction]}`)) return readZone(cursor.next() ?? '', direction)
  }
  return null
}

function parseListing(cursor: ListingCursor): Ct | null {
  if (!cursor.skip('CT')) return null
  const listed = (word: string): string | null => (cursor.skip(word) ? cursor.next() : null)
  const events = (word: string, known: readonly string[]): readonly string[] | null => {
    const text = listed(word)
    return text === null ? null : readEvents(text, known)
  }
  return ctOf({
    notrack: cursor.skip('notrack'),
    helper: listed('helper'),
    timeout: listed('timeout'),
    ctevents: events('ctevents', CT_EVENTS),
    expevents: events('expevents', EXP_EVENTS),
    zone: listedZone(cursor),
  })
}

/** xt_CT.c xt_ct_target: the first template stands, and a packet that conntrack has seen (over lo) keeps what it has. */
function applied({ notrack, zone }: Ct, skb: Skb): Effect {
  if (skb.ct !== null || skb.ctTemplate !== null) return CONTINUE
  const id = zone?.id === 'mark' ? skb.mark & 0xffff : (zone?.id ?? 0)
  return { kind: 'template', notrack: notrack ?? false, zone: id, zoneDirection: zone?.direction ?? 'both' }
}

/** xt_CT: what conntrack shall do with the packet when it comes to look at it. Helpers, timeouts and events do not touch the packet's way. */
export const ct: TargetExtension<Ct> = {
  name: 'CT',
  options: { '--notrack': 0, '--helper': 1, '--timeout': 1, '--ctevents': 1, '--expevents': 1, '--zone': 1, '--zone-orig': 1, '--zone-reply': 1 },
  tables: ['raw'],
  // xt_ct_tg_check: --notrack alone leaves conntrack unloaded.
  needsConntrack: ({ notrack }) => notrack !== true,
  parse: (options) =>
    ctOf({
      notrack: options.has('--notrack'),
      helper: wordOf(options, '--helper'),
      timeout: wordOf(options, '--timeout'),
      ctevents: parsedEvents(options, options.take('--ctevents'), CT_EVENTS),
      expevents: parsedEvents(options, options.take('--expevents'), EXP_EVENTS),
      zone: parsedZone(options),
    }),
  print: (info) => words(info, '--').join(' '),
  parseListing,
  printListing: (info) => ['CT', ...words(info, '')].join(' '),
  compile: (info) => (skb) => applied(info, skb),
}
