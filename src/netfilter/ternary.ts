/** Why something cannot be told from the input: the walk forks on it and each outcome carries it. */
export interface Unknown {
  readonly code: string
  readonly message: string
  /** The chance of `true`, 0 to 1, where dice decide; null where knowledge is missing. */
  readonly probability: number | null
  /** Two unknowns with one key have one answer within a walk; null: each question stands alone. */
  readonly key: string | null
}

/** True, false, or unknown with its reason (Kleene's three values). */
export type Ternary = boolean | Unknown

export const isUnknown = (value: Ternary): value is Unknown => typeof value === 'object'

export const not = (value: Ternary): Ternary =>
  isUnknown(value)
    ? { ...value, probability: value.probability === null ? null : 1 - value.probability, key: value.key === null ? null : `!${value.key}` }
    : !value

/** Kleene's and: false decides, then the first unknown. */
export const and = (x: Ternary, y: Ternary): Ternary => (x === false || y === false ? false : x === true ? y : x)
