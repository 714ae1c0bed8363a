import { signal } from '@preact/signals'

const SIZE = 100

/** Rows of a list too long to hold whole, fetched in windows when they come into view. */
export class RowWindows<T> {
  /** Changes whenever rows have come or gone. */
  readonly version = signal(0)
  private readonly wanted: (from: number, count: number) => Promise<readonly T[]>
  private windows = new Map<number, readonly T[]>()
  private asked = new Set<number>()
  private turn = 0

  constructor(wanted: (from: number, count: number) => Promise<readonly T[]>) {
    this.wanted = wanted
  }

  /** Everything known is out of date; `first` are the rows from 0, where they are known already. */
  reset(first: readonly T[] = []): void {
    this.turn += 1
    this.asked = new Set()
    this.windows = new Map(Array.from({ length: Math.floor(first.length / SIZE) }, (_, at) => [at, first.slice(at * SIZE, (at + 1) * SIZE)]))
    const rest = first.slice(this.windows.size * SIZE)
    if (rest.length > 0) this.windows.set(this.windows.size, rest)
    this.version.value += 1
  }

  /** A row, if it has come; else it is asked for. */
  at(row: number): T | undefined {
    const window = Math.floor(row / SIZE)
    const found = this.windows.get(window)?.[row % SIZE]
    if (found === undefined) void this.load(window)
    return found
  }

  private async load(window: number): Promise<void> {
    if (this.asked.has(window)) return
    this.asked.add(window)
    const turn = this.turn
    const rows = await this.wanted(window * SIZE, SIZE).catch(() => null)
    if (rows === null || turn !== this.turn) return
    this.windows.set(window, rows)
    this.version.value += 1
  }
}
