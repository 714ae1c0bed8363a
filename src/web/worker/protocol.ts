import type { AnswerParts, ChainPicture, CounterOverlay, Detail, Language, PacketWay } from '../core.ts'
import type { ConnectionForm, FormIssue } from './connectionForm.ts'

/** Which of two rule sets that are held against each other; a walk alone has `a`. */
export type Side = 'a' | 'b'

/** A pasted text, or a file whose bytes only the worker reads. */
export interface GivenText {
  readonly name: string
  readonly content: string | Blob
}

export interface FramesAsked {
  readonly side: Side
  readonly outcome: number
  readonly detail: Detail
  readonly from: number
  readonly count: number
}

/** What can be asked of the engine, and what it answers. */
export interface Protocol {
  readonly read: { readonly ask: { readonly side: Side; readonly files: readonly GivenText[]; readonly state: number; readonly istio: string }; readonly answer: ReadAnswer }
  readonly walk: { readonly ask: { readonly side: Side; readonly form: ConnectionForm; readonly detail: Detail }; readonly answer: WalkAnswer }
  readonly frames: { readonly ask: FramesAsked; readonly answer: FramesAnswer }
  readonly rows: { readonly ask: { readonly side: Side; readonly outcome: number; readonly from: number; readonly count: number }; readonly answer: RowsAnswer }
  readonly generate: { readonly ask: GenerateAsked; readonly answer: GenerateAnswer }
  readonly differences: { readonly ask: { readonly podIp: string }; readonly answer: DifferencesAnswer }
  readonly redact: { readonly ask: { readonly sides: readonly Side[]; readonly form: ConnectionForm }; readonly answer: RedactAnswer }
  readonly graph: { readonly ask: { readonly side: Side; readonly outcome: number }; readonly answer: GraphAnswer }
  readonly svg: { readonly ask: { readonly side: Side; readonly outcome: number; readonly scheme: 'light' | 'dark' }; readonly answer: { readonly text: string } }
  readonly lessons: { readonly ask: { readonly language: Language }; readonly answer: LessonListAnswer }
  readonly lesson: { readonly ask: { readonly id: string; readonly number: number; readonly language: Language }; readonly answer: { readonly step: LessonStepAnswer | null } }
  readonly markdown: { readonly ask: { readonly side: Side; readonly detail: Detail }; readonly answer: { readonly text: string } }
}

export type Kind = keyof Protocol

export type Request = { readonly [K in Kind]: { readonly kind: K } & Protocol[K]['ask'] }[Kind]

export type Answer<K extends Kind = Kind> = Protocol[K]['answer']

/** What travels between page and worker. */
export interface RequestMessage {
  readonly id: number
  readonly request: Request
}

export type AnswerMessage = { readonly id: number; readonly answer: Answer } | { readonly id: number; readonly fault: string }

/** The chain graph laid out, with the packets' way and the counters of the dump over it. */
export interface GraphAnswer {
  readonly picture: ChainPicture
  readonly way: PacketWay
  readonly counters: CounterOverlay
}

export interface DiagnosticView {
  readonly code: string
  readonly severity: 'error' | 'warning' | 'info'
  readonly message: string
  readonly file: string | null
  readonly line: number | null
  readonly column: number | null
  readonly length: number | null
  readonly candidates: readonly string[]
}

export interface TableView {
  readonly family: 4 | 6
  readonly table: string
  readonly chains: number
  readonly rules: number
}

export interface Suggestion {
  readonly value: string
  readonly label: string
}

export interface Suggestions {
  readonly from: readonly Suggestion[]
  readonly to: readonly Suggestion[]
  readonly uid: readonly Suggestion[]
}

export interface ReadAnswer {
  /** One title for each state the text shows; none: nothing was recognised. */
  readonly states: readonly string[]
  readonly tables: readonly TableView[]
  readonly rules: number
  /** Rows of the rules view: a heading for each chain, and its rules. */
  readonly rows: number
  readonly characters: number
  /** Whose rules they are, a line for each way that fits. */
  readonly recognised: readonly string[]
  readonly mesh: string | null
  readonly mode: string | null
  /** What else was recognised: "interfaces", "sockets". */
  readonly facts: readonly string[]
  /** The most serious first, no more than can be shown. */
  readonly diagnostics: readonly DiagnosticView[]
  readonly diagnosticCount: number
  readonly suggestions: Suggestions
  /** Arguments by which the same rules are made in another mode. */
  readonly madeBy: { readonly version: string; readonly args: string } | null
}

export interface OutcomeView {
  readonly probability: number | null
  readonly line: string
  readonly parts: AnswerParts
  readonly result: string
  readonly reachesApp: boolean
  readonly captured: boolean
  readonly why: readonly string[]
  readonly scope: string | null
  readonly assumptions: readonly { readonly code: string; readonly message: string }[]
  /** How many frames there are, and where each packet begins. */
  readonly frames: number
  readonly packets: readonly { readonly frame: number; readonly text: string }[]
}

export interface WalkAnswer {
  readonly issues: readonly FormIssue[]
  readonly outcomes: readonly OutcomeView[]
  readonly outcomeCount: number
  readonly complete: boolean
  /** The first frames of the first outcome. */
  readonly first: readonly FrameView[]
}

/** Where a rule stands, in the user's text and in the rules view. */
export interface PlaceView {
  readonly family: 4 | 6
  readonly table: string
  readonly chain: string
  readonly number: number
  readonly row: number
  readonly file: string | null
  readonly line: number | null
}

export interface FrameView {
  readonly event: number
  readonly kind: string
  readonly text: string
  readonly packet: number
  readonly place: PlaceView | null
  readonly hit: 'matched' | 'missed' | null
  readonly asked: string | null
  readonly seen: string | null
  readonly state: StateView
}

export interface StateView {
  /** Name and value of each field of the packet; empty before the first. */
  readonly packet: readonly (readonly [name: string, value: string])[]
  readonly conntrack: readonly { readonly text: string; readonly nat: readonly string[] }[]
}

export interface FramesAnswer {
  readonly from: number
  readonly frames: readonly FrameView[]
}

/** A piece of a rule's text; `condition` counts the rule's conditions in the order in which they are asked for. */
export interface TextPiece {
  readonly text: string
  readonly condition: number | null
}

/** A packet that came to a rule: `failed` counts conditions; null: it matched. */
export interface Meeting {
  readonly event: number
  readonly failed: number | null
}

export type RuleRow =
  | { readonly kind: 'chain'; readonly family: 4 | 6; readonly table: string; readonly chain: string; readonly policy: string | null; readonly rules: number }
  | {
      readonly kind: 'rule'
      readonly number: number
      readonly line: number | null
      readonly pieces: readonly TextPiece[]
      readonly because: string | null
      readonly meetings: readonly Meeting[]
    }

export interface RowsAnswer {
  readonly from: number
  readonly rows: readonly RuleRow[]
}

export const MODES = ['REDIRECT', 'TPROXY', 'AMBIENT', 'NONE'] as const

export type GeneratedMode = (typeof MODES)[number]

export interface GenerateAsked {
  readonly version: string
  readonly mode: GeneratedMode
  readonly args: string
}

export interface GenerateAnswer {
  /** null: the tool would make none. */
  readonly text: string | null
  readonly notes: readonly string[]
}

export interface DifferenceView {
  readonly region: string
  readonly was: string
  readonly now: string
  readonly because: readonly { readonly side: 'before' | 'after'; readonly text: string }[]
  /** The connection that shows it, as the form has it. */
  readonly witness: ConnectionForm
}

export interface DifferencesAnswer {
  readonly found: readonly DifferenceView[]
  readonly inexact: readonly string[]
  readonly assumptions: readonly string[]
}

export interface RedactAnswer {
  /** The rules of each side that was asked for, as iptables-save prints them. */
  readonly texts: readonly string[]
  readonly form: ConnectionForm
  readonly replaced: number
  readonly unsure: readonly string[]
}

export interface LessonListAnswer {
  readonly lessons: readonly { readonly id: string; readonly title: string; readonly steps: number }[]
}

export interface LessonStepAnswer {
  readonly title: string
  readonly steps: number
  readonly tells: readonly string[]
  readonly question: string
  readonly choices: readonly { readonly text: string; readonly thought: string | null }[]
  /** Counted from 0. */
  readonly right: number
  readonly reveals: readonly string[]
  /** What becomes of the connection, in a line. */
  readonly line: string
  readonly command: string | null
  /** The same to be walked on the page. */
  readonly walk: { readonly name: string; readonly text: string; readonly form: ConnectionForm }
}
