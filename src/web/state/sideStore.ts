import { batch, computed, signal } from '@preact/signals'
import type { Detail } from '../core.ts'
import { EngineClient, NoAnswer } from '../engine/engineClient.ts'
import { RowWindows } from '../engine/rowWindows.ts'
import type { ConnectionForm } from '../worker/connectionForm.ts'
import type { FrameView, GivenText, GraphAnswer, OutcomeView, ReadAnswer, RuleRow, Side, WalkAnswer } from '../worker/protocol.ts'

/** Characters that are read within a moment. */
const SHORT = 300_000

/** What is round a side: the connection both sides are asked about, and who wants to know what was read. */
export interface Surroundings {
  form(): ConnectionForm
  hasRead(side: Side, read: ReadAnswer): void
}

/** One rule set on the page: its texts, what was recognised in them, and the connection's way through it. */
export class SideStore {
  readonly side: Side
  readonly engine = new EngineClient()
  /** What stands in the text field. */
  readonly typed = signal<{ readonly name: string; readonly text: string }>({ name: 'pasted.txt', text: '' })
  /** Texts too long for the field, and files beside it. */
  readonly attached = signal<readonly GivenText[]>([])
  /** Which state of the rules, from 0. */
  readonly state = signal(0)
  readonly read = signal<ReadAnswer | null>(null)
  readonly walk = signal<WalkAnswer | null>(null)
  readonly busy = signal(false)
  readonly fault = signal<string | null>(null)
  readonly outcome = signal(0)
  readonly detail = signal<Detail>('text')
  /** How many frames have happened. */
  readonly position = signal(0)
  readonly frames: RowWindows<FrameView>
  readonly rows: RowWindows<RuleRow>
  /** The chain graph of the walk; null: not asked for yet. */
  readonly graph = signal<GraphAnswer | null>(null)
  readonly shown = computed<OutcomeView | null>(() => this.walk.value?.outcomes[this.outcome.value] ?? null)
  /** Where a link that was opened stood. */
  wantedPosition: number | null = null
  private readonly surroundings: Surroundings
  private turn = 0
  private walking = false
  private loadWanted = false
  /** Characters of what the engine has to do with. */
  private size = 0
  private walkWanted = false

  constructor(side: Side, surroundings: Surroundings) {
    this.side = side
    this.surroundings = surroundings
    this.frames = new RowWindows(async (from, count) => (await this.engine.ask({ kind: 'frames', side, outcome: this.outcome.value, detail: this.detail.value, from, count })).frames)
    this.rows = new RowWindows(async (from, count) => (await this.engine.ask({ kind: 'rows', side, outcome: this.outcome.value, from, count })).rows)
  }

  get files(): readonly GivenText[] {
    const { name, text } = this.typed.value
    return [...(text.trim() === '' ? [] : [{ name, content: text }]), ...this.attached.value]
  }

  get isEmpty(): boolean {
    return this.files.length === 0
  }

  /** The frame the position stands on. */
  current(): FrameView | undefined {
    return this.frames.version.value >= 0 && this.position.value > 0 ? this.frames.at(this.position.value - 1) : undefined
  }

  /** Other texts in place of those there are. */
  give(typed: { readonly name: string; readonly text: string }, attached: readonly GivenText[] = [], state = 0): Promise<void> {
    batch(() => {
      this.typed.value = typed
      this.attached.value = attached
      this.state.value = state
    })
    return this.load()
  }

  /** Reads the texts anew. Short ones wait for each other, and of several the last is read; a long one under way is given up. */
  async load(): Promise<void> {
    if (this.busy.value && this.size <= SHORT) {
      this.loadWanted = true
      return
    }
    if (this.size > SHORT && (this.busy.value || this.walking)) this.engine.restart()
    const turn = (this.turn += 1)
    this.busy.value = true
    this.size = this.files.reduce((sum, { content }) => sum + (typeof content === 'string' ? content.length : content.size), 0)
    try {
      await this.readNow(turn)
    } catch (error) {
      this.failed(error, turn)
    }
    if (turn !== this.turn) return
    this.busy.value = false
    if (!this.loadWanted) return
    this.loadWanted = false
    await this.load()
  }

  private async readNow(turn: number): Promise<void> {
    const read = await this.engine.ask({ kind: 'read', side: this.side, files: this.files, state: this.state.value, istio: this.surroundings.form().istio })
    if (turn !== this.turn) return
    batch(() => {
      this.fault.value = null
      this.read.value = read
      this.rows.reset()
      this.surroundings.hasRead(this.side, read)
    })
    this.walking = false
    await this.rewalk()
  }

  /** Walks the connection as it is typed now; of several wishes while a walk is under way the last is done. */
  async rewalk(): Promise<void> {
    if (this.read.value === null) return
    if (this.walking) {
      this.walkWanted = true
      return
    }
    this.walking = true
    const turn = this.turn
    try {
      const walk = await this.engine.ask({ kind: 'walk', side: this.side, form: this.surroundings.form(), detail: this.detail.value })
      if (turn === this.turn) this.show(walk)
    } catch (error) {
      this.failed(error, turn)
    } finally {
      if (turn === this.turn) this.walking = false
    }
    if (!this.walkWanted || turn !== this.turn) return
    this.walkWanted = false
    await this.rewalk()
  }

  chooseOutcome(outcome: number): void {
    batch(() => {
      this.outcome.value = outcome
      this.graph.value = null
      this.frames.reset()
      this.rows.reset()
      this.moveTo(this.firstPacket)
    })
  }

  /** Where the first packet enters. */
  private get firstPacket(): number {
    return (this.shown.value?.packets[0]?.frame ?? 0) + 1
  }

  moveTo(position: number): void {
    this.position.value = Math.max(0, Math.min(position, this.shown.value?.frames ?? 0))
  }

  /** Lays the graph out, if that was not done for this walk. */
  async drawGraph(): Promise<void> {
    const { walk: { value: walk }, outcome: { value: outcome } } = this
    const graph = await this.engine.ask({ kind: 'graph', side: this.side, outcome }).catch(() => null)
    if (this.walk.value === walk && this.outcome.value === outcome) this.graph.value = graph
  }

  private show(walk: WalkAnswer): void {
    batch(() => {
      this.walk.value = walk
      this.outcome.value = 0
      this.graph.value = null
      this.frames.reset(walk.first)
      this.rows.reset()
      this.moveTo(this.wantedPosition ?? this.firstPacket)
      this.wantedPosition = null
    })
  }

  private failed(error: unknown, turn: number): void {
    if (turn !== this.turn || (error instanceof NoAnswer && error.superseded)) return
    batch(() => {
      this.fault.value = error instanceof Error ? error.message : 'unknown'
      this.walk.value = null
    })
  }
}
