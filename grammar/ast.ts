/** A token of a line: its text, and the column (from 1) at which it stands. */
export interface Word {
  readonly text: string
  readonly column: number
  /** Length in the source, quotes and escapes included. */
  readonly length: number
}

/** A flag with what follows it: `! --dport 80`. */
export interface Option<W = Word> {
  readonly flag: W
  readonly negated: boolean
  readonly args: readonly W[]
}

/** One line of iptables-save output, of iptables-restore input, or of a list of iptables commands. */
export type SaveLine<W = Word> =
  | { readonly kind: 'table'; readonly name: W }
  | { readonly kind: 'chain'; readonly name: W; readonly policy: W; readonly counters: W | null }
  | { readonly kind: 'commit' }
  | { readonly kind: 'comment' }
  | { readonly kind: 'command'; readonly program: W | null; readonly counters: W | null; readonly options: readonly Option<W>[] }

/** A chain's heading or a rule of `iptables -L` output. */
export type ListingLine<W = Word> = ListingChain<W> | ListingRule<W>

export interface ListingChain<W = Word> {
  readonly kind: 'chain'
  readonly name: W
  readonly policy: W | null
  readonly packets: W | null
  readonly bytes: W | null
  readonly references: W | null
}

/** The cells of a rule line; `rest` is the text of its matches and target. */
export interface ListingRule<W = Word> {
  readonly kind: 'rule'
  readonly number: W | null
  readonly packets: W | null
  readonly bytes: W | null
  readonly target: W | null
  readonly protocol: W
  readonly opt: W | null
  readonly in: W | null
  readonly out: W | null
  readonly source: W
  readonly destination: W
  readonly rest: readonly W[]
}
