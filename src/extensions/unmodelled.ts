import type { Unknown } from '../netfilter/ternary.ts'

/** The answer of a match whose condition neither the packet nor the input decides. One `key` has one answer within a walk. */
export const unmodelled = (match: string, unknown: string, key: string | null): Unknown => ({
  code: 'unmodelled-match',
  message: `-m ${match}: ${unknown} is not known here`,
  probability: null,
  key: key === null ? null : `${match}:${key}`,
})
