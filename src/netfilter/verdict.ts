/** What leaves a table at a hook. */
export type Verdict = 'ACCEPT' | 'DROP' | 'STOLEN'

/** What a rule says to its chain; only `traverse` sees it, so a jump cannot leak out of a table. */
export type RuleVerdict = Verdict | 'RETURN' | 'CONTINUE'
