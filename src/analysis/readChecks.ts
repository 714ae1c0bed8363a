import { isScalar, isSeq, LineCounter, parseDocument } from 'yaml'
import type { Node } from 'yaml'
import { parseAddress } from '../net/address.ts'
import type { Address, Family } from '../net/address.ts'
import { parsePrefix, prefixLength } from '../net/prefix.ts'
import type { Diagnostic } from '../netfilter/diagnostic.ts'
import { parseNumber } from '../extensions/optionReader.ts'
import type { Result } from '../world/outcome.ts'
import { spanAtNode, YamlFields } from '../world/scenario/yamlFields.ts'
import type { YamlSource } from '../world/scenario/yamlFields.ts'
import type { Check, Expected } from './check.ts'
import type { MarkCondition } from './markSpace.ts'
import type { AskedMarks, AskedRanges } from './regionSpace.ts'
import { EPHEMERAL, EVERY_ID, EVERY_MARK, EVERY_PORT, everyAddress } from './universe.ts'
import { addressValue, complement, prefixRange, range } from './valueRange.ts'
import type { ValueRange } from './valueRange.ts'

/** Assertions of a file, and what is wrong in it. */
export interface ReadChecks {
  readonly checks: readonly Check[]
  readonly podIps: readonly string[]
  readonly istio: string | null
  readonly diagnostics: readonly Diagnostic[]
}

const RESULTS: readonly Result[] = ['connected', 'refused', 'timeout', 'unreachable', 'not-permitted', 'loop']

/** Reads a file of assertions (docs/check.md). Mistakes are told with line and column. */
export function readChecks(text: string, file: string): ReadChecks {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const problems: Diagnostic[] = document.errors.map(({ message, pos }): Diagnostic => {
    const { line, col } = lines.linePos(pos[0])
    return { code: 'check-yaml', severity: 'error', message: message.split('\n')[0] ?? message, span: { file, line, column: col, length: 1 } }
  })
  const source: YamlSource = { file, lines, problems }
  const top = problems.length === 0 ? YamlFields.of(source, document.contents, 'the file') : null
  if (!top) return { checks: [], podIps: [], istio: null, diagnostics: problems }
  const checks = top.items('checks').flatMap((node) => readCheck(source, node) ?? [])
  const podIps = top.texts('podIp')
  const istio = top.text('istio')
  if (checks.length === 0 && problems.length === 0) top.refuse(null, 'it has no checks')
  top.close()
  return { checks, podIps, istio, diagnostics: problems }
}

function readCheck(source: YamlSource, node: Node): Check | null {
  const fields = YamlFields.of(source, node, 'a check')
  if (!fields) return null
  const of = fields.node('of') && YamlFields.of(source, fields.node('of'), 'of')
  const must = YamlFields.of(source, fields.required('must', fields.node('must'), node), 'must')
  const name = fields.text('name') ?? 'unnamed'
  fields.close()
  if (!must) return null
  const family: Family = of?.choice('family', ['4', '6']) === '6' ? 6 : 4
  const origin = of?.choice('from', ['outside', 'here']) ?? null
  const proto = of?.choice('proto', ['tcp', 'udp', 'icmp']) ?? 'tcp'
  const asked = of ? readRanges(of, family) : {}
  of?.close()
  const expected = readExpected(must)
  if (Object.keys(expected).length === 0) must.refuse(null, 'it says nothing that must hold')
  return { name, line: spanAtNode(source, node).line, kinds: (['remote', 'local'] as const).filter((each) => origin === null || (origin === 'outside') === (each === 'remote')).map((each) => ({ family, origin: each, proto })), of: asked, expected }
}

function readRanges(of: YamlFields, family: Family): AskedRanges {
  const numbers = (key: string, all: ValueRange): readonly ValueRange[] | null => readField(of, key, [all], (text) => readNumbers(text, all))
  const addresses = (key: string): readonly ValueRange[] | null => readField(of, key, [everyAddress(family)], (text) => readAddresses(text, family))
  const read = { src: addresses('source'), dst: addresses('to'), sport: numbers('sourcePort', EPHEMERAL), dport: numbers('port', EVERY_PORT), uid: numbers('uid', EVERY_ID), gid: numbers('gid', EVERY_ID) }
  const mark = readMarks(of)
  return { ...Object.fromEntries(Object.entries(read).filter(([, ranges]) => ranges !== null)), ...(mark && { mark }) }
}

/** What stands between commas, and whether "not" stands before it. */
const partsOf = (texts: readonly string[]): { readonly parts: readonly string[]; readonly negated: boolean } =>
  ({ parts: texts.flatMap((text) => text.replace(/^not /, '').split(/\s*,\s*/)), negated: texts[0]?.startsWith('not ') === true })

/** A value, a list of them, or "not …". */
function readField(of: YamlFields, key: string, all: readonly ValueRange[], read: (text: string) => ValueRange | null): readonly ValueRange[] | null {
  const node = of.node(key)
  if (!node) return null
  const texts = (isSeq(node) ? node.items : [node]).map((each) => (isScalar(each) ? String(each.value) : ''))
  const { parts, negated } = partsOf(texts)
  const ranges = parts.map(read)
  if (ranges.some((each) => each === null)) return of.refuse(node, `${key}: ${JSON.stringify(texts.join())} is none of its values (a value, first-last, a list, or not before them)`)
  const found = ranges.flatMap((each) => each ?? [])
  return negated ? complement(all, found) : found
}

/** "0x539", "0x539/0xfff", a list of them, or "not …". */
function readMarks(of: YamlFields): AskedMarks | null {
  const node = of.node('mark')
  if (!node) return null
  const texts = (isSeq(node) ? node.items : [node]).map((each) => (isScalar(each) ? String(each.source ?? each.value) : ''))
  const { parts, negated } = partsOf(texts)
  const conditions = parts.map(readMark)
  if (conditions.some((each) => each === null)) return of.refuse(node, `mark: ${JSON.stringify(texts.join())} is no mark (0x539, 0x539/0xfff, a list, or not before them)`)
  return { conditions: conditions.flatMap((each) => each ?? []), negated }
}

function readMark(text: string): MarkCondition | null {
  const [value, mask, ...more] = text.split('/').map(parseNumber)
  if (value === undefined || value === null || mask === null || more.length > 0 || value > EVERY_MASK || (mask ?? 0) > EVERY_MASK) return null
  return { value: (value & (mask ?? EVERY_MASK)) >>> 0, mask: mask ?? EVERY_MASK }
}

const EVERY_MASK = Number(EVERY_MARK.last)

function readNumbers(text: string, { first, last }: ValueRange): ValueRange | null {
  const [, low, high = low] = /^(\d{1,10})(?:-(\d{1,10}))?$/.exec(text) ?? []
  const found = low === undefined || high === undefined ? null : range(BigInt(low), BigInt(high))
  return found && found.first >= first && found.last <= last && found.first <= found.last ? found : null
}

function readAddresses(text: string, family: Family): ValueRange | null {
  const [first = '', last] = text.split('-').map((each) => parseAddress(each))
  if (first && last) return first.family === family && last.family === family ? range(addressValue(first), addressValue(last)) : null
  const prefix = parsePrefix(text)
  return prefix?.address.family === family && prefixLength(prefix.mask) !== null ? prefixRange(prefix) : null
}

function readExpected(must: YamlFields): Expected {
  const port = must.text('port')
  const appSees = must.text('appSees')
  const [result, captured, direct, dropped, reachesApp] = [must.choice('result', RESULTS), must.flag('captured'), must.flag('direct'), must.flag('dropped'), must.flag('reachesApp')]
  const [loops, replies] = [must.choice('loops', ['never']), must.choice('replies', ['always'])]
  if (port !== null && port !== 'none' && !/^\d{1,5}$/.test(port)) must.refuse(must.node('port'), 'port is a number, or none')
  const seen = appSees === null ? null : readSeen(must, appSees)
  must.close()
  return {
    ...(result !== null && { result }), ...(captured !== null && { captured }), ...(port !== null && { port: port === 'none' ? null : Number(port) }), ...(seen !== null && { appSees: seen }),
    ...(direct !== null && { direct }), ...(dropped !== null && { dropped }), ...(reachesApp !== null && { reachesApp }), ...(loops !== null && { loops }), ...(replies !== null && { replies }),
  }
}

const readSeen = (must: YamlFields, text: string): Address | 'client' | null =>
  text === 'client' ? 'client' : (parseAddress(text) ?? must.refuse(must.node('appSees'), `appSees: ${JSON.stringify(text)} is neither an IP address nor client`))
