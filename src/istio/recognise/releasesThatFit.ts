import { compareVersions, parseVersion, RELEASES } from '../version.ts'
import type { Version } from '../version.ts'
import type { Explained, Recognised } from './recognised.ts'
import type { VersionRange } from './versionRanges.ts'

/** The known releases that make these rules, whichever way is meant; none where some are missing or out of order. */
export function releasesThatFit({ alternatives, ...first }: Recognised): Version[] {
  const ways: readonly Explained[] = [first, ...alternatives]
  if (ways.some(({ missing, moved }) => missing.length + moved.length > 0)) return []
  const ranges = ways.flatMap(({ versions }) => versions)
  return RELEASES.filter((release) => ranges.some((range) => isIn(release, range)))
}

/** An end without a patch stands for all of its minor. */
function isIn(release: Version, { first, last }: VersionRange): boolean {
  const [from, to] = [parseVersion(first), parseVersion(last)]
  if (!from || !to) return false
  const end = /^\d+\.\d+$/.test(last) ? { ...to, patch: Infinity } : to
  return compareVersions(from, release) <= 0 && compareVersions(release, end) <= 0
}
