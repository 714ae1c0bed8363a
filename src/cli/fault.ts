/** What is said of a fault of ours: one line, and no stack. */
export const faultText = (error: unknown): string =>
  `a fault of chainwalk itself: ${error instanceof Error ? error.message.split('\n')[0] : 'unknown'}; please report it with the input`
