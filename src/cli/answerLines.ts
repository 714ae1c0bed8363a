import { createInterface } from 'node:readline'
import { printable } from '../render/printable.ts'

/** Choices read from standard input, one a line, be it a terminal or not. */
export class AnswerLines {
  private readonly reader = createInterface({ input: process.stdin })
  private readonly lines = this.reader[Symbol.asyncIterator]()

  /** The choice made, counted from 0; null at an empty line and at the end of input. Any other line is asked for again. */
  async choice(choices: number, again: string): Promise<number | null> {
    for (;;) {
      process.stdout.write('> ')
      const line = await this.line()
      if (line === '') return null
      const number = /^\d{1,2}$/.test(line) ? Number(line) : 0
      if (number >= 1 && number <= choices) return number - 1
      process.stdout.write(`${again} (1-${choices})\n`)
    }
  }

  close(): void {
    this.reader.close()
  }

  /** What a terminal shows already is not shown again. */
  private async line(): Promise<string> {
    const { value, done } = await this.lines.next()
    const line = done === true ? '' : String(value).trim()
    if (done === true || !process.stdin.isTTY) process.stdout.write(`${printable(line)}\n`)
    return line
  }
}
