import type { Explained, MissingRule, Recognised, ShownRule } from '../istio/recognise/recognised.ts'
import type { VersionRange } from '../istio/recognise/versionRanges.ts'
import { printRule } from '../ruleset/print.ts'
import { printable } from './printable.ts'

/** Whose rules these are, in a line for each way that fits: "Istio 1.11-1.12, TPROXY, -i '*' -b '*'; one rule is not from Istio". */
export function recognisedLines(recognised: Recognised): string[] {
  const [first = '', ...others] = [recognised, ...recognised.alternatives].map((way) => `${recognised.mesh} ${wayText(way)}`)
  return [first, ...others.map((line) => `  or ${line}`)].map(printable)
}

const wayText = (way: Explained): string => [[versionsText(way.versions), modeText(way), settingsText(way)].filter(Boolean).join(', '), ...faults(way)].join('; ')

const versionsText = (ranges: readonly VersionRange[]): string => ranges.map(({ first, last }) => (first === last ? first : `${first}-${last}`)).join(' and ')

const modeText = ({ mode, scope }: Explained): string => (mode === null ? 'mode not shown' : scope === 'host' ? `${mode} node` : mode)

/** The mode has been said. */
function settingsText({ args, env, annotations, nameservers }: Explained): string {
  const words = args.filter((arg, i) => arg !== '-m' && args[i - 1] !== '-m').map(quoted)
  const pairs = (values: Readonly<Record<string, string>>): string[] => Object.entries(values).map(([name, value]) => `${name}=${quoted(value)}`)
  return [...words, ...pairs(env), ...pairs(annotations), ...nameservers.map((server) => `nameserver ${server}`)].join(' ')
}

/** As a shell takes it. */
const quoted = (word: string): string => (/^[\w.,:/+-]+$/.test(word) ? word : `'${word}'`)

const faults = ({ foreign, missing, moved }: Explained): string[] => [
  ...counted(foreign, 'is not from Istio', 'are not from Istio'), ...counted(missing, 'of Istio is missing', 'of Istio are missing'), ...counted(moved, 'is out of order', 'are out of order'),
]

const NUMBERS = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten']

const counted = ({ length }: { readonly length: number }, one: string, many: string): string[] =>
  length === 0 ? [] : [`${NUMBERS[length] ?? length} ${length === 1 ? `rule ${one}` : `rules ${many}`}`]

const MOST_LISTED = 20

/** The rules that do not fit, by name. */
export const misfitLines = ({ foreign, missing, moved }: Explained): string[] => [
  ...section('Not from Istio:', foreign.map(shownLine)), ...section('Istio\'s, but missing:', missing.map(missingLine)), ...section('Istio\'s, but out of order:', moved.map(shownLine)),
]

function section(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return []
  const more = lines.length > MOST_LISTED ? [`and ${lines.length - MOST_LISTED} more`] : []
  return ['', title, ...[...lines.slice(0, MOST_LISTED), ...more].map((line) => `  ${printable(line)}`)]
}

const placeText = ({ family, table, chain, number }: Omit<ShownRule, 'rule'>): string => `${family === 6 ? 'IPv6 ' : ''}${table} ${chain} rule ${number}`

function shownLine(shown: ShownRule): string {
  const { rule } = shown
  return `${placeText(shown)}  ${(rule.text ?? printRule(rule)).replace(/\s+/g, ' ')}${rule.span ? `  [${rule.span.file}:${rule.span.line}]` : ''}`
}

const missingLine = (missing: MissingRule): string => `${placeText(missing)}  ${missing.text}`
