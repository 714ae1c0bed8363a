/**
 * A list and one more. A short list is made just as long as it is, where push() and spreading make room for seventeen:
 * large rule sets have very many.
 */
export function appended<T extends object>(list: readonly T[], one: T): T[] {
  const [a, b, c] = list
  if (a === undefined) return [one]
  if (b === undefined) return [a, one]
  if (c === undefined) return [a, b, one]
  return list.length === 3 ? [a, b, c, one] : [...list, one]
}
