import type { Option, Word } from '../../grammar/ast.ts'
import { parseIp } from '../extensions/ip.ts'
import { OptionReader } from '../extensions/optionReader.ts'
import type { OptionProblem } from '../extensions/optionReader.ts'
import { quoted } from '../extensions/quoted.ts'
import type { Family } from '../net/address.ts'
import { parseProtocol } from '../net/protocol.ts'
import type { Match, Rule, Target } from '../netfilter/ruleset.ts'
import { ownOptions } from './optionOwners.ts'
import type { MatchOptions, TargetOptions } from './optionOwners.ts'

/** A rule without its place, and what could not be read of it. */
export interface RuleRead {
  readonly rule: Rule
  readonly problems: readonly OptionProblem[]
}

/** Reads the options of one rule (without `-A CHAIN`). What cannot be read is kept as text and is unknown in a walk. */
export function readRule(options: readonly Option[], family: Family): RuleRead {
  const protocol = protocolOf(options)
  const owned = ownOptions(options, protocol)
  const problems: OptionProblem[] = owned.stray.map((option) => ({ message: `nothing in this rule takes ${option.flag.text}`, word: option.flag }))
  const reader = new OptionReader(owned.ip, family, protocol)
  const ip = parseIp(reader)
  const matches = owned.matches.map((match) => readMatch(match, family, protocol, problems))
  const unread: Match[] = [...refused('ip', owned.ip, reader), ...(owned.stray.length > 0 ? [{ name: 'ip', verbatim: verbatim(owned.stray) }] : [])]
  problems.push(...reader.problems)
  return { rule: { ip, matches: [...unread, ...matches], target: owned.target && readTarget(owned.target, family, protocol, problems) }, problems }
}

function protocolOf(options: readonly Option[]): number | null {
  const option = options.find(({ flag }) => flag.text === '-p' || flag.text === '--protocol' || flag.text === '--proto')
  return option && !option.negated ? parseProtocol(option.args[0]?.text ?? '') : null
}

const refused = (name: string, options: readonly Option[], reader: OptionReader): Match[] =>
  reader.problems.length > 0 ? [{ name, verbatim: verbatim(options) }] : []

function readMatch({ name, extension, options }: MatchOptions, family: Family, protocol: number | null, problems: OptionProblem[]): Match {
  if (!extension) return { name: name.text, verbatim: verbatim(options) }
  const reader = new OptionReader(options, family, protocol)
  const info = extension.parse(reader)
  // "icmpv6" is printed as the icmp6 it is.
  if (accepted(reader, problems)) return { name: extension.name, info }
  return { name: name.text, verbatim: verbatim(options) }
}

function readTarget({ kind, name, extension, options }: TargetOptions, family: Family, protocol: number | null, problems: OptionProblem[]): Target {
  if (!extension && options.length === 0) return { kind, chain: name.text }
  if (!extension) return { kind: 'verbatim', name: name.text, verbatim: verbatim(options) }
  const reader = new OptionReader(options, family, protocol)
  const info = extension.parse(reader)
  if (accepted(reader, problems)) return { kind: 'extension', name: name.text, info }
  return { kind: 'verbatim', name: name.text, verbatim: verbatim(options) }
}

function accepted(reader: OptionReader, problems: OptionProblem[]): boolean {
  for (const option of reader.left()) reader.refuse(option.flag, `${option.flag.text} is not understood here`)
  problems.push(...reader.problems)
  return reader.problems.length === 0
}

const saved = (word: Word): string => (/\s|^$|["']/.test(word.text) ? quoted(word.text) : word.text)

/** The options as they would be typed. */
const verbatim = (options: readonly Option[]): string =>
  options.map(({ flag, negated, args }) => [negated ? '!' : '', flag.text, ...args.map(saved)].filter(Boolean).join(' ')).join(' ')
