/** The user's fault: one line on standard error, exit 2. */
export class UsageError extends Error {
  /** Said before the error itself: what the input's own diagnostics were. */
  override readonly name = 'UsageError'
}
