import type { Version } from '../version.ts'
import { without } from './candidate.ts'
import type { Candidate, SettingKey } from './candidate.ts'
import type { ChainDifference, Comparison } from './comparison.ts'
import type { Fit } from './fits.ts'
import type { Makings } from './makings.ts'
import { oddity } from './oddity.ts'
import { spell } from './spelling.ts'
import type { Spelling } from './spelling.ts'

/** One way to make the rules: the words, the versions for which they hold, and what does not fit. */
export interface Way {
  readonly candidate: Candidate
  readonly versions: readonly Version[]
  readonly spelling: Spelling
  readonly differences: readonly ChainDifference[]
}

interface OddWay extends Way {
  readonly odd: number
}

/** The ways to make the rules, without settings that have no effect on them; the plainest first. */
export function plainest(fits: readonly Fit[], makings: Makings, comparison: Comparison): Way[] {
  const misfit = ({ made, missing, foreign, moved }: ChainDifference): unknown => [missing.map((i) => comparison.print(made?.specs[i] ?? '', made?.family ?? 4)), missing, foreign, moved]
  const told = fits.map(({ making }) => ({ ...making, differences: comparison.differences(making.chains) }))
  const alike = grouped(told, ({ candidate, differences }) => [...candidate.settings, differences.map(misfit)])
  const ways = alike.flatMap((those) => {
    const parts = those.flatMap(({ candidate, versions }) => withoutIdle(candidate, versions, doubtful(candidate), makings))
    return waysOf(parts, those[0]?.differences ?? [], makings)
  })
  return grouped(ways, ({ spelling, differences }) => [spelling, differences.map(misfit)]).flatMap(joined).sort((a, b) => a.odd - b.odd || b.versions.length - a.versions.length)
}

function grouped<T>(all: readonly T[], likeness: (each: T) => unknown): T[][] {
  const groups = new Map<string, T[]>()
  for (const each of all) {
    const key = JSON.stringify(likeness(each))
    const group = groups.get(key)
    if (group) group.push(each)
    else groups.set(key, [each])
  }
  return [...groups.values()]
}

/** Versions that need a usual argument, and versions that take it without effect, are told in the same words. */
function waysOf(parts: readonly Part[], differences: readonly ChainDifference[], makings: Makings): OddWay[] {
  const each = parts.flatMap(({ candidate, versions }) => makings.of(candidate, versions).flatMap((making) => making.versions.map((version) => ({ candidate, version, odd: oddity(candidate, version) + making.unseen }))))
  return each.map(({ candidate, version, odd }) => {
    const settings = new Map(each.filter((other) => other.odd === odd).flatMap((other) => [...other.candidate.settings]))
    const all = { ...candidate, settings }
    return { candidate: all, versions: [version], spelling: spell(all, version), differences, odd }
  })
}

/** Ways of the same words are one. */
function joined(ways: readonly OddWay[]): OddWay[] {
  return ways.slice(0, 1).map((first) => ({ ...first, versions: [...new Set(ways.flatMap(({ versions }) => versions))], odd: Math.min(...ways.map(({ odd }) => odd)) }))
}

interface Part {
  readonly candidate: Candidate
  readonly versions: readonly Version[]
}

/** Each of these was read off rules that nothing else makes. */
const CERTAIN: ReadonlySet<SettingKey> = new Set<SettingKey>(['outboundRanges', 'outboundRangesExclude', 'outboundPorts', 'outboundPortsExclude', 'inboundPortsExclude'])

const doubtful = ({ settings }: Candidate): SettingKey[] => [...settings.keys()].filter((key) => !CERTAIN.has(key)).reverse()

/** Leaves out each setting where the rules are the same without it. */
function withoutIdle(candidate: Candidate, versions: readonly Version[], [key, ...rest]: readonly SettingKey[], makings: Makings): Part[] {
  if (versions.length === 0) return []
  if (key === undefined) return [{ candidate, versions }]
  const fewer = without(candidate, key)
  const idle = makings.alike(candidate, fewer, versions)
  return [...withoutIdle(fewer, idle, rest, makings), ...withoutIdle(candidate, versions.filter((version) => !idle.includes(version)), rest, makings)]
}
