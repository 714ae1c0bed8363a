import type { Environment } from '../engine/kernel.ts'
import type { Unknown } from '../netfilter/ternary.ts'
import type { Connection } from './connection.ts'
import type { Choose } from './explore.ts'
import type { WalkJournal } from './walkJournal.ts'

/** What an analysis hears of a walk. */
export type Listening = Pick<Environment, 'noted' | 'skipped' | 'delivered'>

type Heard = { -readonly [Key in keyof Listening]: Listening[Key] }

/** Only what is listened for is there: a listener that is asked for nothing would cost a walk's time. */
function listen(heard: Heard, { noted, skipped, delivered }: Listening): void {
  if (noted) heard.noted = noted
  if (skipped) heard.skipped = skipped
  if (delivered) heard.delivered = delivered
}

const NOBODY: Listening = {}

/** A walk's answers, clock and ports. Ephemeral ports are given out in order, so that a trace is the same every time, and never the client's own; a handshake takes no time. */
export class WalkEnvironment implements Environment {
  readonly choose: Choose
  readonly now: number | null
  noted?: NonNullable<Environment['noted']>
  skipped?: NonNullable<Environment['skipped']>
  delivered?: NonNullable<Environment['delivered']>
  private readonly clients: number | null
  private port = 33_202

  constructor(choose: Choose, { at, sport }: Connection, listener: Listening = NOBODY) {
    this.choose = choose
    this.now = at
    this.clients = sport
    if (listener !== NOBODY) listen(this, listener)
  }

  freePort(): number {
    this.port += this.port + 2 === this.clients ? 4 : 2
    return this.port
  }
}

/** The same answers; those that are dice are counted. */
export class CountedEnvironment implements Environment {
  readonly now: number | null
  noted?: NonNullable<Environment['noted']>
  skipped?: NonNullable<Environment['skipped']>
  delivered?: NonNullable<Environment['delivered']>
  private readonly environment: Environment
  private readonly journal: WalkJournal

  constructor(environment: Environment, journal: WalkJournal) {
    this.environment = environment
    this.journal = journal
    this.now = environment.now
    listen(this, environment)
  }

  choose(doubt: Unknown): boolean {
    if (doubt.key === null) this.journal.dice += 1
    return this.environment.choose(doubt)
  }

  freePort(): number {
    return this.environment.freePort()
  }
}
