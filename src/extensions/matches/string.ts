import type { MatchExtension } from '../extension.ts'
import type { ListingCursor } from '../listingCursor.ts'
import { bang } from '../negatable.ts'
import type { OptionReader } from '../optionReader.ts'
import { unmodelled } from '../unmodelled.ts'
import { readHexString, readPlainString } from '../searchPattern.ts'
import type { SearchPattern } from '../searchPattern.ts'

interface StringMatch {
  readonly pattern: SearchPattern
  readonly negated: boolean
  readonly algo: string
  readonly from: number
  readonly to: number
  readonly icase: boolean
}

const MAX = 65535

function parse(options: OptionReader): StringMatch {
  const [plain, hex] = [options.take('--string'), options.take('--hex-string')]
  const option = plain ?? hex
  const pattern = plain ? readPlainString(options.word(plain)) : hex ? readHexString(options.word(hex)) : null
  if (option && !pattern) options.refuse(option.args[0] ?? option.flag, '--hex-string takes bytes between bars: |0d 0a|')
  const [algo, from, to] = [options.take('--algo'), options.take('--from'), options.take('--to')]
  return {
    pattern: pattern ?? { kind: 'string', text: '' },
    negated: option?.negated ?? false,
    algo: algo ? options.word(algo) : 'bm',
    from: from ? options.number(from, MAX) : 0,
    to: to ? options.number(to, MAX) : MAX,
    icase: options.has('--icase'),
  }
}

const literal = ({ kind, text }: SearchPattern): string => (kind === 'hex' ? `"|${text}|"` : `"${text.replace(/["\\]/g, '\\$&')}"`)

function print({ pattern, negated, algo, from, to, icase }: StringMatch): string {
  const parts = [`${negated ? '! ' : ''}--${pattern.kind === 'hex' ? 'hex-string' : 'string'} ${literal(pattern)} --algo ${algo}`]
  if (from !== 0) parts.push(`--from ${from}`)
  if (to !== MAX) parts.push(`--to ${to}`)
  if (icase) parts.push('--icase')
  return parts.join(' ')
}

const LISTED = /STRING +match +(! +)?"((?:\\.|[^"\\])*)" +ALGO +name +(\S+)(?: +FROM +(\d+))?(?: +TO +(\d+))?( +ICASE)?(?= |$)/

/** Both kinds are listed alike; what reads as bytes between bars most likely is. */
function listedPattern(text: string): SearchPattern {
  const plain = text.replace(/\\(.)/g, '$1')
  const hex = /^\|[0-9a-f]+\|$/.test(plain) ? readHexString(plain) : null
  return hex?.kind === 'hex' ? hex : readPlainString(plain)
}

function parseListing(cursor: ListingCursor): StringMatch | null {
  const found = cursor.peek() === 'STRING' ? cursor.take(LISTED) : null
  if (!found) return null
  const [, negated, text = '', algo = '', from, to, icase] = found
  return { pattern: listedPattern(text), negated: negated !== undefined, algo, from: Number(from ?? 0), to: Number(to ?? MAX), icase: icase !== undefined }
}

/** xt_string.c string_mt: bytes anywhere in the packet. */
export const string: MatchExtension<StringMatch> = {
  name: 'string',
  options: { '--string': 1, '--hex-string': 1, '--algo': 1, '--from': 1, '--to': 1, '--icase': 0 },
  parse,
  print,
  parseListing,
  printListing(info) {
    const parts = [`STRING match ${bang(info) || ' '}${literal(info.pattern)} ALGO name ${info.algo}`]
    if (info.from !== 0) parts.push(`FROM ${info.from}`)
    if (info.to !== MAX) parts.push(`TO ${info.to}`)
    if (info.icase) parts.push('ICASE')
    return parts.join(' ')
  },
  unlisted: ({ pattern, ...info }) => (pattern.kind === 'hex' ? [{ ...info, pattern: readPlainString(`|${pattern.text}|`) }] : []),
  compile({ pattern }) {
    const doubt = unmodelled('string', `whether the packet holds ${literal(pattern)}`, null)
    return () => doubt
  },
  seen: () => 'payloads are not modelled',
}
