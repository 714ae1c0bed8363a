/** A line of a batch's input. */
export interface LineTask {
  readonly kind: 'line'
  /** From 1. */
  readonly number: number
  /** null: it is too long to be read. */
  readonly text: string | null
}

/** A file of a batch's folder. */
export interface FileTask {
  readonly kind: 'file'
  readonly name: string
}

export type Task = LineTask | FileTask

/** One line of a batch's output, without its end. */
export interface Answer {
  readonly text: string
  /** It tells an error in place of a result. */
  readonly failed: boolean
}

/** Answers tasks, each with one line, in order; what goes wrong with one is its answer. */
export type Answerer<Of extends Task> = (tasks: readonly Of[]) => Promise<readonly Answer[]>
