import { printVersion, RELEASES } from '../version.ts'
import type { Version } from '../version.ts'

/** Versions from the first to the last, both included; "1.12" stands for all its patches. */
export interface VersionRange {
  readonly first: string
  readonly last: string
}

/** Known releases as ranges without gaps. */
export function versionRanges(versions: readonly Version[]): VersionRange[] {
  const places = versions.map((version) => RELEASES.indexOf(version)).sort((a, b) => a - b)
  const starts = places.filter((place) => !places.includes(place - 1))
  const ends = places.filter((place) => !places.includes(place + 1))
  return starts.map((start, i) => range(start, ends[i] ?? start))
}

function range(from: number, to: number): VersionRange {
  const [start, end, next] = [RELEASES[from], RELEASES[to], RELEASES[to + 1]]
  if (!start || !end) throw new Error('a range of no known release')
  // A release of the same minor follows: all patches before it are meant.
  if (next?.minor === end.minor) return { first: printVersion(start), last: printVersion({ ...end, patch: next.patch - 1 }) }
  if (start.minor === end.minor && start.patch > 0) return { first: printVersion(start), last: printVersion(end) }
  return { first: start.patch > 0 ? printVersion(start) : minorOf(start), last: minorOf(end) }
}

const minorOf = ({ major, minor }: Version): string => `${major}.${minor}`
