import type { GraphJump } from './drawnChains.ts'

/** The jumps that leave each chain, in the order of its rules. */
export function jumpsByChain(jumps: readonly GraphJump[]): ReadonlyMap<string, readonly GraphJump[]> {
  const leaving = new Map<string, GraphJump[]>()
  for (const jump of jumps) {
    const own = leaving.get(jump.from) ?? []
    own.push(jump)
    leaving.set(jump.from, own)
  }
  return leaving
}
