import type { Hook } from '../netfilter/hook.ts'
import type { Result } from '../world/outcome.ts'

/** The same in both languages; what stands in braces is filled in from the trace (`fillLessonText`). */
export interface LocalText {
  readonly en: string
  readonly zh: string
}

export type Language = keyof LocalText

/** Where rules come from: what istio-iptables or istio-cni makes, changed by iptables commands where there are any; or a save of our own. */
export type LessonRules =
  | {
      readonly from: 'istio'
      readonly version: string
      readonly mode: 'sidecar' | 'ambient'
      readonly args: readonly string[]
      readonly nameservers?: readonly string[]
      readonly edits?: readonly string[]
    }
  | { readonly from: 'save'; readonly text: string }

/** A network namespace that a lesson asks about. */
export interface LessonNamespace {
  readonly rules: LessonRules
  /** Its own addresses, where the session does not show them. */
  readonly addresses: readonly string[]
  /** What else its terminal shows: `ip rule`, `ss`, `ip addr`. */
  readonly session?: string
}

/** A connection, in the words of the command line. */
export interface LessonConnection {
  /** Who dials: an address outside, or a user of the namespace. */
  readonly from: string | { readonly uid: number; readonly gid: number }
  readonly to: string
  readonly port: number
  readonly proto: 'tcp' | 'udp'
}

/** A packet of a connection, or of one that it causes: the first of its leg in a direction. */
export interface LessonPacket {
  readonly leg: number
  readonly direction: 'original' | 'reply'
}

export interface LessonChoice<Value = ChoiceValue> {
  readonly value: Value
  /** Why one might think so. */
  readonly thought?: LocalText
}

export type ChoiceValue = string | number | boolean | null

/** What is asked of the trace, and what may be answered. Which answer is right the trace decides. */
export type LessonQuestion =
  /** The mesh's port that accepts (Envoy's, ztunnel's or the agent's); null: none. */
  | { readonly asks: 'port'; readonly text: LocalText; readonly choices: readonly LessonChoice<number | null>[] }
  /** The peer of the first socket that is not the proxy's, here or at the far end; null: none accepts. */
  | { readonly asks: 'source'; readonly text: LocalText; readonly choices: readonly LessonChoice<string | null>[] }
  | { readonly asks: 'captured'; readonly text: LocalText; readonly choices: readonly LessonChoice<boolean>[] }
  /** What connect() gives the one who dials, or the proxy where it dials on. */
  | { readonly asks: 'result'; readonly of: 'caller' | 'proxy'; readonly text: LocalText; readonly choices: readonly LessonChoice<Result>[] }
  /** The rule that decides about a leg's first packet: "nat ISTIO_OUTPUT 4". */
  | { readonly asks: 'rule'; readonly leg: number; readonly text: LocalText; readonly choices: readonly LessonChoice<string>[] }
  /** The mark a packet has behind a hook. */
  | { readonly asks: 'mark'; readonly packet: LessonPacket; readonly behind: Hook; readonly text: LocalText; readonly choices: readonly LessonChoice<number>[] }

/** Predict, then see. */
export interface LessonStep {
  /** Which of the lesson's namespaces. */
  readonly namespace: string
  readonly connection: LessonConnection
  /** What is told before the question. */
  readonly tells: readonly LocalText[]
  readonly question: LessonQuestion
  /** What is told behind the answer. */
  readonly reveals: readonly LocalText[]
}

/** A lesson is plain data: it can be sent to a worker thread. Its last step is the reader's own. */
export interface Lesson {
  readonly id: string
  readonly title: LocalText
  readonly namespaces: Readonly<Record<string, LessonNamespace>>
  readonly steps: readonly LessonStep[]
}
