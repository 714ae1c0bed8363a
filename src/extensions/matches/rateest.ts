import type { MatchExtension } from '../extension.ts'
import type { ListingCursor, ListingStyle } from '../listingCursor.ts'
import { bang } from '../negatable.ts'
import { parseNumber } from '../optionReader.ts'
import type { OptionReader } from '../optionReader.ts'
import { unmodelled } from '../unmodelled.ts'

type Unit = 'bps' | 'pps'

/** What the two sides of the comparison are measured by; null where it is the estimator's own rate. */
interface Bounds {
  readonly first: number | null
  readonly second: number | null
}

interface Rateest {
  readonly name: string
  /** The estimator it is compared with; null: a fixed rate. */
  readonly other: string | null
  readonly delta: boolean
  readonly mode: 'lt' | 'gt' | 'eq'
  readonly negated: boolean
  readonly units: Readonly<Partial<Record<Unit, Bounds>>>
}

const UNITS: readonly Unit[] = ['bps', 'pps']
const MODES = ['lt', 'gt', 'eq'] as const

const SUFFIXES: Readonly<Record<string, number>> = { bit: 1, kibit: 1024, kbit: 1e3, mibit: 1024 ** 2, mbit: 1e6, gibit: 1024 ** 3, gbit: 1e9, tibit: 1024 ** 4, tbit: 1e12, bps: 8, kibps: 8 * 1024, kbps: 8e3, mibps: 8 * 1024 ** 2, mbps: 8e6, gibps: 8 * 1024 ** 3, gbps: 8e9, tibps: 8 * 1024 ** 4, tbps: 8e12 }

/** Reads "8bit", "1Mbit", "5kbps", or bits without a unit, as bytes a second (libxt_rateest.c rateest_get_rate). */
function readBytes(text: string): number | null {
  const [, number = '', suffix = 'bit'] = /^(\d+(?:\.\d+)?)([a-z]+)?$/i.exec(text) ?? []
  const bits = SUFFIXES[suffix.toLowerCase()]
  return number === '' || bits === undefined ? null : Math.floor((Number(number) * bits) / 8)
}

const readRate = (unit: Unit, text: string): number | null => (unit === 'bps' ? readBytes(text) : parseNumber(text))

/** rateest_print_rate. */
function printRate(unit: Unit, rate: number, style: ListingStyle): string {
  if (unit === 'pps' || style === 'numbers') return `${rate}`
  const bits = rate * 8
  if (bits >= 1e9) return `${Math.round(bits / 1e6)}Mbit`
  return bits >= 1e6 ? `${Math.round(bits / 1e3)}Kbit` : `${bits}bit`
}

function parseBound(options: OptionReader, unit: Unit, flag: string): number | null {
  const option = options.take(flag)
  if (!option || option.args.length === 0) return null
  const rate = readRate(unit, options.word(option))
  if (rate === null) options.refuse(option.args[0] ?? option.flag, `${flag} takes a rate`)
  return rate
}

function parse(options: OptionReader): Rateest {
  const [name, other] = [options.take('--rateest1', '--rateest'), options.take('--rateest2')]
  const modes = MODES.map((mode) => ({ mode, option: options.take(`--rateest-${mode}`) }))
  const chosen = modes.find(({ option }) => option !== null)
  const units: Partial<Record<Unit, Bounds>> = {}
  for (const unit of UNITS) {
    const given = options.takeAll(`--rateest-${unit}`, `--rateest-${unit}1`, `--rateest-${unit}2`)
    // Without --rateest-delta the rate stands behind --rateest-bps itself.
    if (given.length > 0) units[unit] = { first: parseBound(options, unit, `--rateest-${unit}1`), second: parseBound(options, unit, `--rateest-${unit}2`) ?? parseBound(options, unit, `--rateest-${unit}`) }
  }
  if (!chosen || !name) options.refuse(name?.flag ?? { text: '', column: 1, length: 0 }, 'rateest needs an estimator and one of --rateest-lt, --rateest-gt, --rateest-eq')
  return {
    name: name ? options.word(name) : '',
    other: other ? options.word(other) : null,
    delta: options.has('--rateest-delta'),
    mode: chosen?.mode ?? 'eq',
    negated: chosen?.option?.negated ?? false,
    units,
  }
}

function print(info: Rateest): string {
  const given = UNITS.flatMap((unit) => { const bounds = info.units[unit]; return bounds ? [{ unit, ...bounds }] : [] })
  const rate = (unit: Unit, value: number | null): string => (value === null ? '' : ` ${printRate(unit, value, 'names')}`)
  const mode = `${bang(info)}--rateest-${info.mode}`
  return [
    ...(info.delta ? ['--rateest-delta'] : []),
    `--rateest${info.other === null ? '' : '1'} ${info.name}`,
    ...given.flatMap(({ unit, first, second }) => [
      ...(first === null ? [] : [`--rateest-${unit}1${rate(unit, first)}`]),
      `${mode} --rateest-${unit}${info.delta ? '2' : ''}${rate(unit, second)}`,
    ]),
    ...(info.other === null ? [] : [`--rateest2 ${info.other}`]),
  ].join(' ')
}

function printListing(info: Rateest, style: ListingStyle): string {
  const parts = [`rateest match ${info.name}`, ...(info.delta ? ['delta'] : [])]
  const mode = `${bang(info)}${info.mode}`
  for (const unit of UNITS) {
    const bounds = info.units[unit]
    if (!bounds) continue
    const [first, second] = [bounds.first, bounds.second].map((rate) => (rate === null ? [] : [printRate(unit, rate, style)]))
    parts.push(unit, ...(first ?? []))
    if (info.other === null) parts.push(...(unit === 'bps' ? [...(second ?? []), mode] : [mode, ...(second ?? [])]))
  }
  if (info.other === null) return parts.join(' ')
  const others = UNITS.flatMap((unit) => { const second = info.units[unit]?.second; return info.units[unit] ? [unit, ...(second === null || second === undefined ? [] : [printRate(unit, second, style)])] : [] })
  return [...parts, mode, info.other, ...others].join(' ')
}

const LISTED = /rateest +match +(\S+)( +delta)? +(bps|pps)(?: +(\d\S*))??(?: +(\d\S*))? +(! +)?(lt|gt|eq)(?: +(\d\S*)| +(\S+) +(?:bps|pps)(?: +(\d\S*))?)?(?= |$)/

/** A listing with -n has bytes, one without has bits. */
function listedRate(unit: Unit, text: string | undefined): number | null {
  if (text === undefined) return null
  return /^\d+$/.test(text) ? Number(text) : readRate(unit, text)
}

function parseListing(cursor: ListingCursor): Rateest | null {
  const found = cursor.peek() === 'rateest' ? cursor.take(LISTED) : null
  if (!found) return null
  const [, name = '', delta, kind, early, before, negated, mode, after, other, second] = found
  const unit: Unit = kind === 'bps' ? 'bps' : 'pps'
  const rates = [early, before].filter((text) => text !== undefined)
  const first = delta === undefined ? null : listedRate(unit, rates[0])
  return {
    name,
    other: other ?? null,
    delta: delta !== undefined,
    mode: MODES.find((each) => each === mode) ?? 'eq',
    negated: negated !== undefined,
    units: { [unit]: { first, second: listedRate(unit, after ?? second ?? rates[delta === undefined ? 0 : 1]) } },
  }
}

/** xt_rateest.c xt_rateest_mt: the rate an estimator (target RATEEST) measured. */
export const rateest: MatchExtension<Rateest> = {
  name: 'rateest',
  options: {
    '--rateest1': 1, '--rateest': 1, '--rateest2': 1, '--rateest-delta': 0, '--rateest-bps': 0, '--rateest-pps': 0,
    '--rateest-bps1': 1, '--rateest-pps1': 1, '--rateest-bps2': 1, '--rateest-pps2': 1, '--rateest-lt': 0, '--rateest-gt': 0, '--rateest-eq': 0,
  },
  parse,
  print,
  parseListing,
  printListing,
  compile({ name }) {
    const doubt = unmodelled('rateest', `what rate the estimator ${name} measured`, null)
    return () => doubt
  },
  seen: () => 'rates are not modelled',
}
