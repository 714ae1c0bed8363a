/** A file, or what standard input gave. */
export interface InputFile {
  readonly name: string
  readonly text: string
}
