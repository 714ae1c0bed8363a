/** Where each comment of a line ends, when several marks could end it: one reading of the line after the other. */
export class EndChoices {
  private readonly choices: { pick: number; of: number }[] = []
  private asked = 0

  /** Which of `of` possible ends the next comment has in this reading. */
  choose(of: number): number {
    const choice = this.choices[this.asked] ?? { pick: 0, of }
    this.choices[this.asked] = choice
    this.asked += 1
    return choice.pick
  }

  /** Goes to the next reading; false after the last. */
  advance(): boolean {
    this.asked = 0
    for (let last = this.choices.pop(); last; last = this.choices.pop()) {
      if (last.pick + 1 < last.of) {
        this.choices.push({ pick: last.pick + 1, of: last.of })
        return true
      }
    }
    return false
  }
}
