import { listAddress } from '../extensions/ip.ts'
import type { ListingStyle } from '../extensions/listingCursor.ts'
import { matchExtension, targetExtension } from '../extensions/registry.ts'
import type { Family } from '../net/address.ts'
import { protocolName } from '../net/protocol.ts'
import type { Chain, Counters, Match, Negatable, Rule, Ruleset, Table, Target } from '../netfilter/ruleset.ts'
import { roundedCount } from './roundedCount.ts'

/** What `iptables -L` is asked for. */
export interface ListingOptions {
  /** `-n`: numbers. */
  readonly style: ListingStyle
  /** `-v`: verbose. */
  readonly detail: 'verbose' | 'plain'
  /** `-x`: exact. */
  readonly counters: 'rounded' | 'exact'
  /** `--line-numbers`. */
  readonly lines: 'numbered' | 'unnumbered'
  readonly backend: 'legacy' | 'nft'
}

const NONE: Counters = { packets: 0, bytes: 0 }

/** All tables one after the other, as `iptables -t TABLE -L` prints each. */
export const printListing = (ruleset: Ruleset, options: ListingOptions): string =>
  ruleset.tables.map((table) => printListedTable(table, ruleset.family, options)).join('\n')

/** One table, as `iptables -t TABLE -L` of 1.8.9 prints it. */
export function printListedTable(table: Table, family: Family, options: ListingOptions): string {
  const references = countReferences(table)
  return table.chains
    .map((chain) => [
      printChainHeading(chain, references.get(chain.name) ?? 0, options),
      printColumnHeading(options),
      ...chain.rules.map((rule, i) => printListedRule(rule, i + 1, family, options)),
      '',
    ].join('\n'))
    .join('\n')
}

function countReferences(table: Table): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { rules } of table.chains) {
    for (const { target } of rules) {
      if (target?.kind === 'jump' || target?.kind === 'goto') counts.set(target.chain, (counts.get(target.chain) ?? 0) + 1)
    }
  }
  return counts
}

/** xshared.c print_header, its first line. */
export function printChainHeading(chain: Chain, references: number, { detail, counters }: ListingOptions): string {
  if (chain.policy === null) return `Chain ${chain.name} (${references} references)`
  const { packets, bytes } = chain.counters ?? NONE
  const count = (value: number): string => (counters === 'exact' ? `${value}` : roundedCount(value))
  const counted = detail === 'verbose' ? ` ${count(packets)} packets, ${count(bytes)} bytes` : ''
  return `Chain ${chain.name} (policy ${chain.policy}${counted})`
}

/** xshared.c print_header, its second line. */
export function printColumnHeading({ detail, counters, lines }: ListingOptions): string {
  const number = lines === 'numbered' ? 'num  ' : ''
  const exact = counters === 'exact'
  const counts = detail === 'verbose' ? `${'pkts'.padStart(exact ? 8 : 5)} ${'bytes'.padStart(exact ? 10 : 5)} ` : ''
  const interfaces = detail === 'verbose' ? ` ${'in'.padEnd(6)} ${'out'.padEnd(6)} ` : ''
  return `${number}${counts}target     prot opt${interfaces} ${'source'.padEnd(19)}  ${'destination'.padEnd(19)} `
}

/** One rule line (iptables.c print_firewall). */
export function printListedRule(rule: Rule, number: number, family: Family, options: ListingOptions): string {
  const { ip } = rule
  const { style, detail, lines } = options
  const address = (condition: Negatable<string> | undefined): string => slotted(condition, listAddress(plain(condition), family, style), 19)
  return [
    lines === 'numbered' ? `${number}`.padEnd(4) + ' ' : '',
    detail === 'verbose' ? printCounters(rule.counters ?? NONE, options) : '',
    `${targetColumn(rule.target).padEnd(9)} `,
    slotted(ip.protocol, protocolCell(ip.protocol?.value ?? 0, style), 4),
    ip.fragment ? (ip.fragment.negated ? '!f ' : '-f ') : '-- ',
    detail === 'verbose' ? ` ${interfaceCell(ip.in, style)} ${interfaceCell(ip.out, style)} ` : '',
    address(ip.source),
    address(ip.destination),
    printText(rule, options),
  ].join('')
}

/** xtables_print_num pads to the width of its column; -x has wider ones, though not those of the heading. */
function printCounters({ packets, bytes }: Counters, { counters }: ListingOptions): string {
  return [packets, bytes].map((value) => (counters === 'exact' ? `${value}`.padStart(8) : roundedCount(value).padStart(5)) + ' ').join('')
}

/** A cell with its `!`, or the blank in its place, glued in front. */
const slotted = (condition: Negatable<unknown> | undefined, text: string, width: number): string => `${condition?.negated ? '!' : ' '}${text.padEnd(width)} `

const plain = (condition: Negatable<string> | undefined): Negatable<string> | undefined => condition && { ...condition, negated: false }

const protocolCell = (protocol: number, style: ListingStyle): string => (style === 'numbers' ? `${protocol}` : protocolName(protocol))

/** xshared.c print_ifaces. */
function interfaceCell(condition: Negatable<string> | undefined, style: ListingStyle): string {
  const name = condition?.value ?? (style === 'numbers' ? '*' : 'any')
  return `${condition?.negated ? '!' : ''}${name}`.padEnd(6)
}

function targetColumn(target: Target | null): string {
  switch (target?.kind) {
    case undefined: return ''
    case 'jump': case 'goto': return target.chain
    case 'extension': return targetExtension(target.name)?.listedAs ?? target.name
    case 'verbatim': return target.name
  }
}

/** What stands behind the columns: every text has one blank in front, but for "[goto]" and the matches that forget it. */
function printText({ ip, matches, target }: Rule, options: ListingOptions): string {
  const goto = target?.kind === 'goto' ? '[goto] ' : ''
  const protocol = ip.protocol && !ip.protocol.negated ? ip.protocol.value : null
  return goto + matches.map((match) => matchText(match, protocol, options)).join('') + spaced(targetText(target, protocol, options.style))
}

const spaced = (text: string): string => (text === '' ? '' : ` ${text}`)

function matchText(match: Match, protocol: number | null, { style, backend }: ListingOptions): string {
  if ('verbatim' in match) return spaced(match.verbatim)
  const extension = matchExtension(match.name)
  if (!extension || (extension.listedByLegacyOnly && backend === 'nft')) return ''
  const text = extension.printListing(match.info, style, protocol)
  return extension.unspaced ? text : spaced(text)
}

function targetText(target: Target | null, protocol: number | null, style: ListingStyle): string {
  if (target?.kind === 'verbatim') return target.verbatim
  return target?.kind === 'extension' ? (targetExtension(target.name)?.printListing(target.info, style, protocol) ?? '') : ''
}
