import type { Option } from '../../../grammar/ast.ts'
import { CONTINUE } from '../effect.ts'
import type { TargetExtension } from '../extension.ts'
import type { ListingCursor, ListingStyle } from '../listingCursor.ts'
import { parseNumber } from '../optionReader.ts'
import type { OptionReader } from '../optionReader.ts'
import { quoted } from '../quoted.ts'

interface Log {
  readonly prefix?: string
  /** A level of syslog(3), 0 to 7. */
  readonly level: number
  /** Bits of XT_LOG_*. */
  readonly flags: number
}

const WARNING = 4

/** glibc's prioritynames, the first name of each level: what LOG_print finds. */
const LEVELS = ['emerg', 'alert', 'crit', 'err', 'warn', 'notice', 'info', 'debug'] as const

/** Further names: those --log-level takes (xtopt_parse_sysloglevel), and what iptables up to 1.8.8 lists. */
const OTHER_LEVELS: ReadonlyMap<string, number> = new Map([['panic', 0], ['error', 3], ['warning', WARNING]])

const FLAGS = [[1, 'tcp-sequence'], [2, 'tcp-options'], [4, 'ip-options'], [8, 'uid'], [32, 'macdecode']] as const

function readLevel(text: string): number | null {
  const number = parseNumber(text)
  if (number !== null) return number <= 7 ? number : null
  const index = LEVELS.findIndex((name) => name === text)
  return index >= 0 ? index : (OTHER_LEVELS.get(text) ?? null)
}

function parsedLevel(options: OptionReader, option: Option | null): number {
  if (!option) return WARNING
  const level = readLevel(options.word(option))
  if (level === null) options.refuse(option.args[0] ?? option.flag, '--log-level takes a level of syslog: 0 to 7, or its name')
  return level ?? WARNING
}

const parsedFlags = (options: OptionReader): number =>
  FLAGS.reduce((flags, [bit, name]) => (options.has(`--log-${name}`) ? flags | bit : flags), 0)

function listedFlags(cursor: ListingCursor): number {
  if (cursor.skip('flags')) return Number(cursor.next())
  return 0
}

const namedFlags = (cursor: ListingCursor): number => FLAGS.reduce((flags, [bit, name]) => (cursor.skip(name) ? flags | bit : flags), 0)

/** The prefix is printed unescaped, so it ends at the line's last quote: LOG is the last thing a line says. */
function listedPrefix(cursor: ListingCursor): string | null {
  const word = cursor.words[cursor.position + 1]
  if (cursor.peek() !== 'prefix' || !word?.text.startsWith('"')) return null
  const end = cursor.line.lastIndexOf('"')
  if (end < word.column) return null
  while (!cursor.done) cursor.next()
  return cursor.line.slice(word.column, end)
}

function parseListing(cursor: ListingCursor): Log | null {
  if (!cursor.skip('LOG')) return null
  const bits = listedFlags(cursor)
  const level = cursor.skip('level') ? readLevel(cursor.next() ?? '') : null
  if (level === null) return null
  const flags = bits | namedFlags(cursor)
  const prefix = listedPrefix(cursor)
  return { ...(prefix !== null && { prefix }), level, flags }
}

function printListing({ prefix, level, flags }: Log, style: ListingStyle): string {
  const names = FLAGS.filter(([bit]) => (flags & bit) !== 0).map(([, name]) => name)
  const words = style === 'numbers' ? [`flags ${flags} level ${level}`] : [`level ${LEVELS[level] ?? level}`, ...names]
  return ['LOG', ...words, ...(prefix === undefined ? [] : [`prefix "${prefix}"`])].join(' ')
}

/** xt_LOG: a line in the kernel's log; the packet goes on. */
export const log: TargetExtension<Log> = {
  name: 'LOG',
  options: { '--log-level': 1, '--log-prefix': 1, '--log-tcp-sequence': 0, '--log-tcp-options': 0, '--log-ip-options': 0, '--log-uid': 0, '--log-macdecode': 0 },
  parse(options) {
    const prefix = options.take('--log-prefix')
    return { ...(prefix && { prefix: options.word(prefix) }), level: parsedLevel(options, options.take('--log-level')), flags: parsedFlags(options) }
  },
  print({ prefix, level, flags }) {
    const parts: string[] = []
    if (prefix !== undefined) parts.push(`--log-prefix ${quoted(prefix)}`)
    if (level !== WARNING) parts.push(`--log-level ${level}`)
    for (const [bit, name] of FLAGS) if (flags & bit) parts.push(`--log-${name}`)
    return parts.join(' ')
  },
  parseListing,
  printListing,
  compile: () => () => CONTINUE,
}
