import type { Option, Word } from '../../grammar/ast.ts'
import type { MatchExtension, TargetExtension } from '../extensions/extension.ts'
import { IP_OPTIONS } from '../extensions/ip.ts'
import { MATCHES, matchExtension, targetExtension, TARGETS } from '../extensions/registry.ts'

/** A match named by `-m`, or implied by `-p`, with the options that are its own. */
export interface MatchOptions {
  readonly name: Word
  /** null: an extension nobody here knows. */
  readonly extension: MatchExtension<unknown> | null
  readonly options: Option[]
}

/** Where a rule goes when it matches. */
export interface TargetOptions {
  readonly kind: 'jump' | 'goto'
  readonly name: Word
  readonly extension: TargetExtension<unknown> | null
  readonly options: Option[]
}

/** A rule's options, each with its owner. */
export interface OwnedOptions {
  readonly ip: Option[]
  readonly matches: MatchOptions[]
  target: TargetOptions | null
  /** Options that nothing in the rule owns. */
  readonly stray: Option[]
}

/** Gives every option of a rule to the match or target that owns it (iptables: command_match, command_default). */
export function ownOptions(options: readonly Option[], protocol: number | null): OwnedOptions {
  const owned: OwnedOptions = { ip: [], matches: [], target: null, stray: [] }
  for (const option of withSplitArguments(options)) own(owned, option, protocol)
  return owned
}

function own(owned: OwnedOptions, option: Option, protocol: number | null): void {
  const flag = option.flag.text
  const [name] = option.args
  if ((flag === '-m' || flag === '--match') && name) {
    owned.matches.push({ name, extension: matchExtension(name.text), options: [] })
  } else if ((flag === '-j' || flag === '--jump' || flag === '-g' || flag === '--goto') && name) {
    owned.target = { kind: flag === '-g' || flag === '--goto' ? 'goto' : 'jump', name, extension: targetExtension(name.text), options: [] }
  } else if (Object.hasOwn(IP_OPTIONS, flag) && !claims(owned, flag)) owned.ip.push(option)
  else ownerOf(owned, option, protocol).push(option)
}

/** The policy match has a `--proto` of its own. */
const claims = ({ matches }: OwnedOptions, flag: string): boolean => flag.startsWith('--') && matches.some(({ extension }) => extension !== null && Object.hasOwn(extension.options, flag))

function ownerOf(owned: OwnedOptions, option: Option, protocol: number | null): Option[] {
  const flag = option.flag.text
  const { target } = owned
  if (target?.extension && Object.hasOwn(target.extension.options, flag)) return target.options
  const match = owned.matches.findLast(({ extension }) => extension && Object.hasOwn(extension.options, flag))
  if (match) return match.options
  if (target && !target.extension) return target.options
  return (implied(owned, option, protocol) ?? owned.matches.findLast(({ extension }) => !extension))?.options ?? owned.stray
}

/** `-p tcp --dport 80` loads the tcp match by itself. */
function implied(owned: OwnedOptions, option: Option, protocol: number | null): MatchOptions | null {
  if (protocol === null) return null
  const extension = MATCHES.find((match) => match.impliedBy?.includes(protocol) && Object.hasOwn(match.options, option.flag.text))
  if (!extension) return null
  const match: MatchOptions = { name: { ...option.flag, text: extension.name }, extension, options: [] }
  owned.matches.push(match)
  return match
}

/** A value may look like a flag (`--comment -x`, `--log-prefix -A`): it is one only where the flag before it has its values. */
function withSplitArguments(options: readonly Option[]): readonly Option[] {
  if (options.every((option) => option.args.length > 0 || wants(option.flag.text) < 1)) return options
  const joined: Option[] = []
  for (const option of options) {
    const before = joined.at(-1)
    if (before && option.negated && before.args.length < wants(before.flag.text)) {
      // `--comment '!' -j X`: the mark is the value that is missing.
      joined[joined.length - 1] = { ...before, args: [...before.args, { ...option.flag, text: '!', length: 1 }] }
      joined.push({ ...option, negated: false })
    } else if (before && !option.negated && before.args.length < wants(before.flag.text) && !isFlag(option.flag.text)) {
      joined[joined.length - 1] = { ...before, args: [...before.args, option.flag, ...option.args] }
    } else joined.push(option)
  }
  return joined
}

const wants = (flag: string): number => KNOWN_FLAGS.get(flag) ?? 0

const isFlag = (text: string): boolean => KNOWN_FLAGS.has(text)

/** Where two extensions give one flag different counts (ecn and ECN, recent and set), the lower: a value that is missing is then no value. */
const KNOWN_FLAGS: ReadonlyMap<string, number> = fewest([
  ...Object.entries(IP_OPTIONS),
  ...[...MATCHES, ...TARGETS].flatMap((extension) => Object.entries(extension.options)),
  ...['-m', '-j', '-g', '-A', '-I', '-t'].map((flag): [string, number] => [flag, 1]),
])

function fewest(counts: readonly (readonly [string, number])[]): Map<string, number> {
  const known = new Map<string, number>()
  for (const [flag, count] of counts) known.set(flag, Math.min(count, known.get(flag) ?? count))
  return known
}
