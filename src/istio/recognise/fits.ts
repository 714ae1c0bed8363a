import { RELEASES } from '../version.ts'
import { lessened } from './candidate.ts'
import type { Candidate } from './candidate.ts'
import type { Comparison } from './comparison.ts'
import type { Making, Makings } from './makings.ts'
import { oddity } from './oddity.ts'

/** Rules of a candidate, and by how many rules they differ from the dump's. */
export interface Fit {
  readonly making: Making
  readonly distance: number
}

/** Of how many candidates something is left out, how often, and how many such things are tried at once. */
const MOST_IMPROVED = 6
const MOST_TRIES = 6
const MOST_LESSENED = 24

/** What comes nearest to the dump: candidates in their versions, all by the same distance; nothing where that is not near. */
export function bestFits(candidates: readonly Candidate[], makings: Makings, comparison: Comparison): Fit[] {
  const found = nearest(candidates, makings, comparison)
  const [first] = found
  if (!first || !comparison.isLike(first.making.chains)) return []
  if (first.distance === comparison.floor) return found
  // Rules that only a foreign one made look like an argument's: what would be missing then tells.
  const likeliest = [...new Set([...found.map(({ making }) => making.candidate), ...candidates])].slice(0, MOST_IMPROVED)
  return nearest([...candidates, ...likeliest.map((candidate) => improved(candidate, makings, comparison, MOST_TRIES))], makings, comparison)
}

/** Looks at the likeliest first: those whose chains are as long as the dump's. */
function nearest(candidates: readonly Candidate[], makings: Makings, comparison: Comparison): Fit[] {
  const all = candidates.flatMap((candidate) => makings.of(candidate, RELEASES)).map((making) => ({ making, least: comparison.distanceAtLeast(making.chains) }))
  let best: Fit[] = []
  for (const { making, least } of all.sort((a, b) => a.least - b.least)) {
    const [known] = best
    if (known && least > known.distance) break
    const distance = comparison.distance(making.chains, known?.distance ?? Infinity)
    if (!known || distance < known.distance) best = [{ making, distance }]
    else if (distance === known.distance) best.push({ making, distance })
  }
  return best
}

/** Leaves out, one by one, settings and items of which some rules are missing, as long as that brings the rules nearer or makes the pod plainer. */
function improved(candidate: Candidate, makings: Makings, comparison: Comparison, tries: number): Candidate {
  const [fit] = nearest([candidate], makings, comparison)
  const wrong = fit ? lackingRules(fit, comparison) : []
  if (!fit || wrong.length === 0 || tries === 0) return candidate
  const fits = nearest(lessened(candidate, wrong).slice(0, MOST_LESSENED), makings, comparison)
  const better = fits.find((each) => each.distance < fit.distance || (each.distance === fit.distance && plainness(each) < plainness(fit)))
  return better ? improved(better.making.candidate, makings, comparison, tries - 1) : candidate
}

const plainness = ({ making: { candidate, versions } }: Fit): number => Math.min(...versions.map((version) => oddity(candidate, version)))

/** Rules the candidate makes that the dump does not have, or has elsewhere. */
function lackingRules({ making }: Fit, comparison: Comparison): string[] {
  return comparison.differences(making.chains).flatMap(({ made, shown, missing, moved }) => [
    ...missing.map((i) => comparison.print(made?.specs[i] ?? '', made?.family ?? 4)),
    ...moved.map((i) => shown?.texts[i] ?? ''),
  ])
}
