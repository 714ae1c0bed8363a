/** The word that was meant by another, at most two letters away. */
export const nearWord = (word: string, known: readonly string[]): string | undefined => known.find((each) => distance(each, word) <= 2)

/** Levenshtein's. */
function distance(x: string, y: string): number {
  let row = Array.from({ length: y.length + 1 }, (_, i) => i)
  for (let i = 1; i <= x.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= y.length; j += 1) next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (x[i - 1] === y[j - 1] ? 0 : 1)))
    row = next
  }
  return row[y.length] ?? 0
}
