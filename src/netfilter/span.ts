/** Where in the input something stands. Lines and columns count from 1; `length` is in UTF-16 units. */
export interface Span {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly length: number
}
