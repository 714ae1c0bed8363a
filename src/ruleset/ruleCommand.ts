import type { Option, Word } from '../../grammar/ast.ts'
import type { OptionProblem } from '../extensions/optionReader.ts'
import type { Family } from '../net/address.ts'
import type { Counters, Rule } from '../netfilter/ruleset.ts'
import { isTableName } from '../netfilter/table.ts'
import type { TableName } from '../netfilter/table.ts'
import { readRule } from './readRule.ts'

interface Common {
  /** null: a line of a save, not a command of its own. */
  readonly program: string | null
  readonly family: Family | null
  readonly table: TableName | null
  readonly problems: readonly OptionProblem[]
}

/** One iptables command (iptables(8), COMMANDS). */
export type RuleCommand = Common &
  (
    | { readonly kind: 'append'; readonly chain: string; readonly rules: readonly Rule[] }
    | { readonly kind: 'insert' | 'replace' | 'delete'; readonly chain: string; readonly position: number; readonly rules: readonly Rule[] }
    | { readonly kind: 'declare'; readonly chain: string }
    | { readonly kind: 'policy'; readonly chain: string; readonly policy: 'ACCEPT' | 'DROP'; readonly counters: Counters | null }
    | { readonly kind: 'flush' | 'remove'; readonly chain: string | null }
    | { readonly kind: 'rename'; readonly chain: string; readonly to: string }
    | { readonly kind: 'listing' }
    | { readonly kind: 'nothing' }
  )

const VERBS: Readonly<Record<string, RuleCommand['kind']>> = {
  '-A': 'append', '--append': 'append',
  '-I': 'insert', '--insert': 'insert',
  '-R': 'replace', '--replace': 'replace',
  '-D': 'delete', '--delete': 'delete',
  '-N': 'declare', '--new-chain': 'declare', '--new': 'declare',
  '-P': 'policy', '--policy': 'policy',
  '-F': 'flush', '--flush': 'flush',
  '-X': 'remove', '--delete-chain': 'remove',
  '-E': 'rename', '--rename-chain': 'rename',
  '-L': 'listing', '--list': 'listing', '-S': 'listing', '--list-rules': 'listing',
  '-Z': 'nothing', '--zero': 'nothing', '-C': 'nothing', '--check': 'nothing',
}

/** Options of iptables itself, not of the rule. */
const PROGRAM_OPTIONS = new Set(['-t', '--table', '-w', '--wait', '-W', '--wait-interval', '-v', '--verbose', '-n', '--numeric', '-x', '--exact', '--line-numbers', '-4', '--ipv4', '-6', '--ipv6', '-c', '--set-counters', '--modprobe', '--noflush'])

/** The command a line gives; null when it is none. */
export function ruleCommand(options: readonly Option[], program: string | null, family: Family, counters: Counters | null): RuleCommand | null {
  const verb = options.find(({ flag }) => Object.hasOwn(VERBS, flag.text) || /^-[nvx]*L[nvx]*$/.test(flag.text))
  if (!verb) return null
  const table = options.find(({ flag }) => flag.text === '-t' || flag.text === '--table')?.args[0]?.text ?? null
  const name = program?.split('/').at(-1) ?? null
  const own = name === null ? family : name.startsWith('ip6') ? 6 : 4
  const common: Common = { program: name, family: name === null ? null : own, table: table !== null && isTableName(table) ? table : null, problems: [] }
  const kind = VERBS[verb.flag.text] ?? 'listing'
  return commandOf(kind, verb.args, common, rulesOf(options, verb, own, counters))
}

/** `-c PACKETS BYTES` where `-v -S` prints it, else what stood before the command. */
function givenCounters(options: readonly Option[], counters: Counters | null): Counters | null {
  const given = options.find(({ flag }) => flag.text === '-c' || flag.text === '--set-counters')
  return given ? { packets: Number(given.args[0]?.text), bytes: Number(given.args[1]?.text) } : counters
}

/** The rules are read only where the command has any. */
function rulesOf(options: readonly Option[], verb: Option, family: Family, counters: Counters | null): LazyRules {
  const counted = givenCounters(options, counters)
  const own = options.filter((option) => option !== verb && !PROGRAM_OPTIONS.has(option.flag.text))
  return { counters: counted, read: () => {
    const many = combinations(own)
    if (many > MOST_COMBINATIONS) return { rules: [], problems: [{ message: `these addresses stand for ${many} rules, more than ${MOST_COMBINATIONS}; the line is not used`, word: verb.flag }] }
    const read = addressLists(own).map((each) => readRule(each, family))
    const rules = read.map(({ rule }) => (counted ? { ...rule, counters: counted } : rule))
    return { rules, problems: read.every(({ problems }) => problems.length === 0) ? NONE : read.flatMap(({ problems }) => problems) }
  } }
}

const NONE: readonly OptionProblem[] = []

interface LazyRules {
  readonly counters: Counters | null
  read(): { readonly rules: readonly Rule[]; readonly problems: readonly OptionProblem[] }
}

const ADDRESS_OPTIONS: ReadonlySet<string> = new Set(['-s', '--source', '--src', '-d', '--destination', '--dst'])

/** More than anybody means. */
const MOST_COMBINATIONS = 4096

const combinations = (options: readonly Option[]): number => options.reduce((product, option) => (hasAddressList(option) ? product * (option.args[0]?.text.split(',').length ?? 1) : product), 1)

const hasAddressList = ({ flag, args }: Option): boolean => ADDRESS_OPTIONS.has(flag.text) && args[0]?.text.includes(',') === true

/** `-s A,B -d C,D` stands for one rule a pair (iptables(8): "multiple addresses can be specified"). */
function addressLists(options: readonly Option[]): readonly (readonly Option[])[] {
  if (!options.some(hasAddressList)) return [options]
  let lists: Option[][] = [[]]
  for (const option of options) {
    const parts = hasAddressList(option) ? option.args[0]?.text.split(',').filter(Boolean) : null
    const choices = parts ? parts.map((text) => ({ ...option, args: option.args.map((word) => ({ ...word, text })) })) : [option]
    lists = lists.flatMap((list) => choices.map((choice) => [...list, choice]))
  }
  return lists
}

function commandOf(kind: RuleCommand['kind'], args: readonly Word[], common: Common, lazy: LazyRules): RuleCommand | null {
  const [chain, second] = args.map((word) => word.text)
  if (kind === 'listing' || kind === 'nothing') return { ...common, kind }
  if (kind === 'flush' || kind === 'remove') return { ...common, kind, chain: chain ?? null }
  if (chain === undefined) return null
  if (kind === 'declare') return { ...common, kind, chain }
  if (kind === 'rename') return second === undefined ? null : { ...common, kind, chain, to: second }
  if (kind === 'policy') return second === 'ACCEPT' || second === 'DROP' ? { ...common, kind, chain, policy: second, counters: lazy.counters } : null
  const position = second === undefined ? null : Number(second)
  if (kind === 'delete' && position !== null) return { ...common, kind, chain, position, rules: [] }
  const { rules, problems } = lazy.read()
  // Named one by one: a spread costs more than all else of a rule.
  const { program, family, table } = common
  if (kind === 'append') return { program, family, table, problems, kind, chain, rules }
  return { ...common, kind, chain, position: position ?? 1, rules, problems }
}
