import { parseAddress } from '../net/address.ts'
import type { Family } from '../net/address.ts'
import { anyPrefix, parsePrefix } from '../net/prefix.ts'
import type { Prefix } from '../net/prefix.ts'
import type { Diagnostic } from '../netfilter/diagnostic.ts'
import { spanOf } from '../ruleset/sourceLine.ts'
import type { SourceLine } from '../ruleset/sourceLine.ts'
import type { ByFamily } from './hostFacts.ts'
import { RouteTable } from './netns.ts'
import type { Route, RouteType } from './netns.ts'
import type { RouteTableNames } from './routeTableNames.ts'
import type { SectionReader } from './sectionReader.ts'

type Draft = { -readonly [Key in keyof Route]: Route[Key] }

const TYPES: readonly RouteType[] = ['unicast', 'local', 'broadcast', 'multicast', 'anycast', 'blackhole', 'unreachable', 'prohibit', 'throw']

const START = new RegExp(`^\\s*(?:default|[\\d.]+(?:/\\d+)?|[\\da-f:.]*:[\\da-f:.]*(?:/\\d+)?|${TYPES.join('|')})\\s`, 'i')

/** Words that stand alone; every other word of a route has one argument (ip-route(8)). */
const FLAGS = new Set(['onlink', 'linkdown', 'dead', 'pervasive', 'offload', 'notify', 'unresolved', 'trap', 'rt_offload', 'rt_trap', 'rt_offload_failed', 'cache'])

/** Reads `ip route show table all`, `ip route`, `ip -6 route …`. */
export class RouteReader implements SectionReader {
  private readonly routes: Record<4 | 6, Map<string, Route>> = { 4: new Map(), 6: new Map() }
  private readonly listed: Record<4 | 6, Set<number> | 'all' | null> = { 4: null, 6: null }
  private family: Family = 4
  private table: number = RouteTable.main
  private previous: Route | null = null

  constructor(private readonly names: RouteTableNames, private readonly diagnostics: Diagnostic[]) {}

  /** A command was seen that lists this table, or all of them; a null family lists IPv4 and, of all tables, then IPv6. */
  begin(family: Family | null, table: string): void {
    this.family = family ?? 4
    this.table = table === 'all' ? RouteTable.main : this.names.number(table)
    this.previous = null
    const families: readonly Family[] = family === null && table === 'all' ? [4, 6] : [this.family]
    for (const each of families) this.list(each, table === 'all' ? 'all' : this.table)
  }

  read(source: SourceLine): boolean {
    if (/^\s+nexthop\s/.test(source.text)) return this.nextHop(source)
    if (!START.test(source.text)) return false
    const words = source.text.trim().split(/\s+/)
    const type = TYPES.find((each) => each === words[0])
    const [target = '', ...rest] = type ? words.slice(1) : words
    if (!isDestination(target) || !isRest(type, rest)) return false
    this.family = familyOf(target, rest) ?? this.family
    const destination = target === 'default' ? anyPrefix(this.family) : parsePrefix(target)
    if (!destination) return false
    this.add(this.route(type ?? 'unicast', destination, rest, source))
    return true
  }

  value(): ByFamily<readonly Route[] | null> {
    const of = (family: Family): readonly Route[] | null => (this.listed[family] === null ? null : [...this.routes[family].values()])
    return { 4: of(4), 6: of(6) }
  }

  tables(): ByFamily<readonly number[] | 'all' | null> {
    const of = (listed: Set<number> | 'all' | null): readonly number[] | 'all' | null => (listed instanceof Set ? [...listed] : listed)
    return { 4: of(this.listed[4]), 6: of(this.listed[6]) }
  }

  private list(family: Family, table: number | 'all'): void {
    const listed = this.listed[family]
    if (table === 'all' || listed === 'all') this.listed[family] = 'all'
    else this.listed[family] = (listed ?? new Set<number>()).add(table)
  }

  private add(route: Route): void {
    this.list(route.family, route.table)
    this.routes[route.family].set(JSON.stringify(route), route)
    this.previous = route
  }

  private route(type: RouteType, destination: Prefix, words: readonly string[], source: SourceLine): Route {
    const draft: Draft = { family: destination.address.family, table: this.table, type, destination, via: null, device: null, source: null, metric: 0 }
    for (let at = 0; at < words.length; ) at += this.attribute(draft, words.slice(at, at + 3), source)
    return draft
  }

  /** How many words it took. */
  private attribute(draft: Draft, [word = '', argument = '', third = '']: readonly string[], source: SourceLine): number {
    if (FLAGS.has(word)) return 1
    switch (word) {
      case 'via': {
        const named = argument === 'inet' || argument === 'inet6'
        draft.via = parseAddress(named ? third : argument)
        return named ? 3 : 2
      }
      case 'dev': draft.device = argument; break
      case 'src': draft.source = parseAddress(argument); break
      case 'table': draft.table = this.names.number(argument); break
      case 'metric': draft.metric = Number(argument) || 0; break
      case 'tos': case 'dsfield': this.note('unmodelled-route', `routes by ${word} are not modelled; this one is taken for any`, source); break
      default: // proto, scope, pref, mtu, …: nothing a look-up depends on
    }
    return 2
  }

  /** One hop of a multipath route; the kernel picks one by hash. */
  private nextHop(source: SourceLine): boolean {
    const { previous } = this
    if (!previous) return false
    if (previous.via !== null || previous.device !== null) return this.note('multipath-route', 'a route with several next hops: only the first one is used', source)
    this.routes[previous.family].delete(JSON.stringify(previous))
    const words = source.text.trim().split(/\s+/).slice(1)
    const hop = this.route(previous.type, previous.destination, words, source)
    this.add({ ...previous, via: hop.via, device: hop.device })
    return true
  }

  private note(code: string, message: string, source: SourceLine): true {
    this.diagnostics.push({ code, severity: 'warning', message, span: spanOf(source) })
    return true
  }
}

const isDestination = (text: string): boolean => text === 'default' || /^[\d.]+(\/\d+)?$|^[\da-f:.]*:[\da-f:.]*(\/\d+)?$/i.test(text)

/** What tells a route from any other line that begins with an address. */
function isRest(type: RouteType | undefined, rest: readonly string[]): boolean {
  if (rest[0] === 'via' || rest[0] === 'dev' || rest[0] === 'nhid') return true
  return type !== undefined ? rest.length === 0 || /^(table|proto|metric|scope|src)$/.test(rest[0] ?? '') : /^(proto|scope|table)$/.test(rest[0] ?? '')
}

/** "default" has no family of its own, but only IPv6 routes print a preference or an error. */
function familyOf(target: string, rest: readonly string[]): Family | null {
  if (target !== 'default') return target.includes(':') ? 6 : 4
  const via = rest[rest.indexOf('via') + 1] ?? ''
  if (rest.includes('via') && parseAddress(via)) return parseAddress(via)?.family ?? null
  if (rest.includes('pref') || rest.includes('error')) return 6
  const source = parseAddress(rest[rest.indexOf('src') + 1] ?? '')
  return source?.family ?? null
}
