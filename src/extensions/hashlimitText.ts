import type { ListingCursor } from './listingCursor.ts'
import type { OptionReader } from './optionReader.ts'
import { parseNumber } from './optionReader.ts'
import { periodUnit, printPeriod, readPeriod } from './tokenBucket.ts'

export type HashMode = (typeof MODES)[number]

/** In the order libxt_hashlimit.c prints them. */
const MODES = ['srcip', 'srcport', 'dstip', 'dstport'] as const

/** XT_HASHLIMIT_SCALE_v2 parts of a second for a packet; or bytes a second, burst in bytes (null: none). */
export type HashRate =
  | { readonly kind: 'packets'; readonly period: number; readonly burst: number }
  | { readonly kind: 'bytes'; readonly bytes: number; readonly burst: number | null }

export interface Hashlimit {
  readonly rate: HashRate
  readonly above: boolean
  readonly mode: readonly HashMode[]
  readonly name: string
  /** 0: the kernel's own choice. */
  readonly size: number
  readonly max: number
  /** Milliseconds. */
  readonly gcinterval: number
  readonly expire: number
  readonly srcmask: number | null
  readonly dstmask: number | null
  readonly rateMatch: boolean
  /** Seconds. */
  readonly rateInterval: number | null
}

const SCALE = 1_000_000
const BURST = 5
const GC_INTERVAL = 1000
/** XT_HASHLIMIT_BYTE_EXPIRE, in milliseconds. */
const BYTE_EXPIRE = 15_000
const BYTE_UNITS = [['mb', 1024 * 1024], ['kb', 1024], ['b', 1]] as const

function readBytes(text: string): number | null {
  const found = /^(\d+)([kmKM])?[bB]$/.exec(text)
  return found && Number(found[1]) * (found[2] === undefined ? 1 : found[2].toLowerCase() === 'k' ? 1024 : 1024 * 1024)
}

function printBytes(bytes: number): string {
  const [name, size] = BYTE_UNITS.find(([, each]) => bytes >= each && bytes % each === 0) ?? (['b', 1] as const)
  return `${bytes / size}${name}`
}

/** Reads "5/min" with burst "7", or "512kb/s" with burst "2mb"; null when they are neither. */
function readRate(text: string, burst: string | null): HashRate | null {
  const bytes = /\/s(ec(ond)?)?$/.test(text) ? readBytes(text.replace(/\/s.*$/, '')) : null
  if (bytes !== null) return { kind: 'bytes', bytes, burst: burst === null ? null : readBytes(burst) }
  const period = readPeriod(text, SCALE)
  const packets = burst === null ? BURST : parseNumber(burst)
  return period === null || packets === null ? null : { kind: 'packets', period, burst: packets }
}

/** What --hashlimit-htable-expire is when not given: the unit of the rate. */
const defaultExpire = (rate: HashRate): number => (rate.kind === 'bytes' ? BYTE_EXPIRE : periodUnit(rate.period, SCALE) * 1000)

function readModes(text: string, separator: string): HashMode[] | null {
  const names = text.split(separator).filter(Boolean)
  const modes = MODES.filter((mode) => names.includes(mode))
  return modes.length === names.length ? modes : null
}

export function parseHashlimit(options: OptionReader): Hashlimit {
  const above = options.take('--hashlimit-above')
  const upto = options.take('--hashlimit-upto', '--hashlimit')
  const option = above ?? upto
  const text = (flag: string): string | null => { const found = options.take(flag); return found ? options.word(found) : null }
  const number = (flag: string): number | null => { const found = options.take(flag); return found ? options.number(found, 0xffffffff) : null }
  const rate = option && readRate(options.word(option), text('--hashlimit-burst'))
  if (option && !rate) options.refuse(option.args[0] ?? option.flag, `${option.flag.text} takes a rate such as 5/min or 512kb/s, with a burst of its kind`)
  const given = rate ?? { kind: 'packets', period: 12 * 100 * SCALE, burst: BURST }
  return {
    rate: given,
    above: above ? !above.negated : (upto?.negated ?? false),
    mode: readModes(text('--hashlimit-mode') ?? '', ',') ?? [],
    name: text('--hashlimit-name') ?? '',
    size: number('--hashlimit-htable-size') ?? 0,
    max: number('--hashlimit-htable-max') ?? 0,
    gcinterval: number('--hashlimit-htable-gcinterval') ?? GC_INTERVAL,
    expire: number('--hashlimit-htable-expire') ?? defaultExpire(given),
    srcmask: number('--hashlimit-srcmask'),
    dstmask: number('--hashlimit-dstmask'),
    rateMatch: options.has('--hashlimit-rate-match'),
    rateInterval: number('--hashlimit-rate-interval'),
  }
}

function printRate(rate: HashRate): { readonly rate: string; readonly burst: string | null } {
  if (rate.kind === 'bytes') return { rate: `${printBytes(rate.bytes)}/s`, burst: rate.burst === null ? null : printBytes(rate.burst) }
  return { rate: printPeriod(rate.period, SCALE), burst: `${rate.burst}` }
}

/** The table's settings, where they are not the kernel's own; both forms print them alike but for the dashes. */
function printTable(info: Hashlimit, rate: HashRate, dashes: string): string[] {
  const parts: string[] = []
  if (info.size > 0) parts.push(`${dashes}htable-size ${info.size}`)
  if (info.max > 0) parts.push(`${dashes}htable-max ${info.max}`)
  if (info.gcinterval !== GC_INTERVAL) parts.push(`${dashes}htable-gcinterval ${info.gcinterval}`)
  if (info.expire !== defaultExpire(rate)) parts.push(`${dashes}htable-expire ${info.expire}`)
  if (info.srcmask !== null) parts.push(`${dashes}srcmask ${info.srcmask}`)
  if (info.dstmask !== null) parts.push(`${dashes}dstmask ${info.dstmask}`)
  if (info.rateMatch) parts.push(`${dashes}rate-match`)
  if (info.rateInterval !== null && info.rateInterval > 1) parts.push(`${dashes}rate-interval ${info.rateInterval}`)
  return parts
}

export function printHashlimit(info: Hashlimit): string {
  const { rate, burst } = printRate(info.rate)
  const parts = [`--hashlimit-${info.above ? 'above' : 'upto'} ${rate}`]
  if (burst !== null) parts.push(`--hashlimit-burst ${burst}`)
  if (info.mode.length > 0) parts.push(`--hashlimit-mode ${info.mode.join(',')}`)
  return [...parts, `--hashlimit-name ${info.name}`, ...printTable(info, info.rate, '--hashlimit-')].join(' ')
}

/** A listing gives the rate for one of the intervals, where a save gives it for a second. */
const perInterval = (rate: HashRate, interval: number | null): HashRate => (rate.kind === 'packets' ? { ...rate, period: rate.period * (interval ?? 1) } : rate)

const perSecond = (rate: HashRate, interval: number | null): HashRate => (rate.kind === 'packets' ? { ...rate, period: Math.floor(rate.period / (interval ?? 1)) } : rate)

export function listHashlimit(info: Hashlimit): string {
  const listed = perInterval(info.rate, info.rateInterval)
  const { rate, burst } = printRate(listed)
  const parts = [`limit: ${info.above ? 'above' : 'up to'} ${rate}`]
  if (burst !== null) parts.push(`burst ${burst}`)
  if (info.mode.length > 0) parts.push(`mode ${info.mode.join('-')}`)
  return [...parts, ...printTable(info, listed, '')].join(' ')
}

const LISTED = /limit: +(up +to|above) +(\S+)(?: +burst +(\S+))?(?: +mode +(\S+))?(?: +htable-size +(\d+))?(?: +htable-max +(\d+))?(?: +htable-gcinterval +(\d+))?(?: +htable-expire +(\d+))?(?: +srcmask +(\d+))?(?: +dstmask +(\d+))?( +rate-match)?(?: +rate-interval +(\d+))?(?= |$)/

/** A listing does not show the table's name, so it is left empty: rules of one name share their buckets. */
export function parseListedHashlimit(cursor: ListingCursor): Hashlimit | null {
  const found = cursor.peek() === 'limit:' ? cursor.take(LISTED) : null
  const rate = found && readRate(found[2] ?? '', found[3] ?? null)
  if (!found || !rate) return null
  const number = (i: number): number | null => (found[i] === undefined ? null : Number(found[i]))
  return {
    rate: perSecond(rate, number(12)),
    above: found[1] === 'above',
    mode: readModes(found[4] ?? '', '-') ?? [],
    name: '',
    size: number(5) ?? 0,
    max: number(6) ?? 0,
    gcinterval: number(7) ?? GC_INTERVAL,
    expire: number(8) ?? defaultExpire(rate),
    srcmask: number(9),
    dstmask: number(10),
    rateMatch: found[11] !== undefined,
    rateInterval: number(12),
  }
}
