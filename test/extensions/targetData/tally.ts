/** Counts what agrees, what a form loses, and what fails. */
export class Tally {
  agree = 0
  readonly lossy = new Map<string, number>()
  readonly fail: string[] = []

  lose(names: readonly string[]): void {
    const name = names.join('; ')
    this.lossy.set(name, (this.lossy.get(name) ?? 0) + 1)
  }

  report(title: string): string {
    const losses = [...this.lossy].map(([name, count]) => `    ${count} lossy: ${name}`)
    const lost = [...this.lossy.values()].reduce((sum, count) => sum + count, 0)
    return [`${title}: ${this.agree} agree, ${lost} lossy, ${this.fail.length} fail`, ...losses].join('\n')
  }
}
