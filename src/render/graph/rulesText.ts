const SHOWN = 6

/** Rule numbers in short: "2, 5"; of many, the first and the last. */
export const rulesText = (rules: readonly number[]): string => (rules.length > SHOWN ? `${rules.slice(0, SHOWN - 1).join(', ')} … ${rules.at(-1)}` : rules.join(', '))
