import type { Unknown } from '../netfilter/ternary.ts'

/** Throws dice where a load balancer does, and answers doubts. */
export type Dice = (doubt: Unknown) => boolean
