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

/** What comes nearest to the dump: candidates in their versions, all by the same distance. */
export function bestFits(candidates: readonly Candidate[], makings: Makings, comparison: Comparison): Fit[] {
  const found = nearest(candidates, makings, comparison)
  // Rules that only a foreign one made look like an argument's: what would be missing then tells.
  if ((found[0]?.distance ?? 0) === comparison.floor) return found
  return nearest([...candidates, ...candidates.map((candidate) => improved(candidate, makings, comparison))], makings, comparison)
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
function improved(candidate: Candidate, makings: Makings, comparison: Comparison): Candidate {
  const [fit] = nearest([candidate], makings, comparison)
  const wrong = fit ? lackingRules(fit, comparison) : []
  if (!fit || wrong.length === 0) return candidate
  const fits = nearest(lessened(candidate, wrong), makings, comparison)
  const better = fits.find((each) => each.distance < fit.distance || (each.distance === fit.distance && plainness(each) < plainness(fit)))
  return better ? improved(better.making.candidate, makings, comparison) : candidate
}

const plainness = ({ making: { candidate, versions } }: Fit): number => Math.min(...versions.map((version) => oddity(candidate, version)))

/** Rules the candidate makes that the dump does not have, or has elsewhere. */
function lackingRules({ making }: Fit, comparison: Comparison): string[] {
  return comparison.differences(making.chains).flatMap(({ made, shown, missing, moved }) => [
    ...missing.map((i) => comparison.print(made?.specs[i] ?? '', made?.family ?? 4)),
    ...moved.map((i) => shown?.texts[i] ?? ''),
  ])
}
