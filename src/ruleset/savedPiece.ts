import { matchExtension, targetExtension } from '../extensions/registry.ts'
import { OptionReader } from '../extensions/optionReader.ts'
import type { Family } from '../net/address.ts'
import { parsePrefix, prefixLength, printPrefix } from '../net/prefix.ts'
import { parseProtocol } from '../net/protocol.ts'
import type { Match, Negatable, Target } from '../netfilter/ruleset.ts'
import { savedOptions } from './savedOptions.ts'

/** What one flag with all behind it says: "-s 10.0.0.0/8", "-m tcp --dport 80" (the list of that match alone), "-j DNAT --to-destination 10.0.0.1:80". */
export type SavedPiece =
  | { readonly kind: 'source' | 'destination' | 'in' | 'out'; readonly value: Negatable<string> }
  | { readonly kind: 'protocol'; readonly value: Negatable<number> }
  | { readonly kind: 'match'; readonly value: readonly [Match] }
  | { readonly kind: 'target'; readonly value: Target }

const BLANK = 0x20
const BANG = 0x21
const DASH = 0x2d

/** By character codes and without needless slices: a large dump has some hundred thousand different pieces. Null where it needs a closer look. */
export function readSavedPiece(text: string, family: Family, protocol: number | null): SavedPiece | null {
  const negated = text.charCodeAt(0) === BANG
  const from = negated ? 5 : 3
  const first = text.charCodeAt(from)
  if (first === DASH || (first === BANG && (text.length === from + 1 || text.charCodeAt(from + 1) === BLANK))) return null
  const flag = text.charAt(from - 2)
  if (flag === 'm' || flag === 'j' || flag === 'g') return negated ? null : extensionPiece(flag, text, family, protocol)
  const value = text.slice(from)
  return value.includes(' ') || value.includes('"') ? null : ipPiece(flag, { value, negated }, family)
}

function ipPiece(flag: string, { value, negated }: Negatable<string>, family: Family): SavedPiece | null {
  switch (flag) {
    case 's': return addressPiece('source', value, family, negated ? 'negated' : 'plain')
    case 'd': return addressPiece('destination', value, family, negated ? 'negated' : 'plain')
    case 'i': return value === '' || value === '+' ? null : { kind: 'in', value: { value, negated } }
    case 'o': return value === '' || value === '+' ? null : { kind: 'out', value: { value, negated } }
    case 'p': return protocolPiece(value, negated ? 'negated' : 'plain')
    default: return null
  }
}

type Sign = 'negated' | 'plain'

function addressPiece(kind: 'source' | 'destination', text: string, family: Family, sign: Sign): SavedPiece | null {
  const value = addressOf(text, family)
  return value === null ? null : { kind, value: { value, negated: sign === 'negated' } }
}

const HOST = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!\/)|(?=\/32$))){4}\/32$/

/** As it is printed; null for none of this family, and for one that takes every address. */
function addressOf(text: string, family: Family): string | null {
  if (family === 4 && HOST.test(text)) return text
  const prefix = parsePrefix(text)
  return prefix?.address.family === family && prefixLength(prefix.mask) !== 0 ? printPrefix(prefix) : null
}

function protocolPiece(text: string, sign: Sign): SavedPiece | null {
  const value = parseProtocol(text)
  return value === null || value === 0 ? null : { kind: 'protocol', value: { value, negated: sign === 'negated' } }
}

function extensionPiece(flag: 'm' | 'j' | 'g', text: string, family: Family, protocol: number | null): SavedPiece | null {
  const end = text.indexOf(' ', 3)
  const name = text.slice(3, end < 0 ? text.length : end)
  if (name === '' || name.includes('"')) return null
  const extension = flag === 'm' ? matchExtension(name) : targetExtension(name)
  if (!extension) return flag === 'm' || end >= 0 ? null : { kind: 'target', value: { kind: flag === 'g' ? 'goto' : 'jump', chain: name } }
  const options = end < 0 ? [] : savedOptions(text, end + 1, extension.options)
  if (!options || flag === 'g') return null
  const reader = new OptionReader(options, family, protocol)
  const info = extension.parse(reader)
  if (reader.problems.length > 0 || !reader.isDone) return null
  return flag === 'j' ? { kind: 'target', value: { kind: 'extension', name, info } } : { kind: 'match', value: [{ name: extension.name, info }] }
}
