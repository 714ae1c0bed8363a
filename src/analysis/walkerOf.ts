import { Walker } from './walker.ts'
import type { Kind } from './regionSpace.ts'
import type { Assumption } from '../world/outcome.ts'
import type { Question } from '../world/question.ts'

/** One walker for each family, made when it is asked for. */
export interface WalkerOf {
  (kind: Pick<Kind, 'family'>): Walker
  /** What those made so far took for granted. */
  assumptions(): readonly Assumption[]
}

export function walkerOf(question: Omit<Question, 'connection'>): WalkerOf {
  const made = new Map<number, Walker>()
  const of = ({ family }: Pick<Kind, 'family'>): Walker => {
    const walker = made.get(family) ?? new Walker(question, family)
    made.set(family, walker)
    return walker
  }
  return Object.assign(of, { assumptions: () => [...made.values()].flatMap(({ assumptions }) => assumptions) })
}
