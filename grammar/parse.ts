import nearley from 'nearley'
import type { CompiledRules, Lexer } from 'nearley'
import type { Lexer as MooLexer, Token } from 'moo'
import type { ListingChain, ListingLine, ListingRule, Option, SaveLine, Word } from './ast.ts'
import listingGrammar from './iptables-listing.generated.ts'
import { listingLexer } from './listingLexer.ts'
import saveGrammar from './iptables-save.generated.ts'
import { saveLexer } from './saveLexer.ts'

/** What the grammar could not take: where it stands (columns from 1), and why. */
export interface SyntaxProblem {
  readonly kind: 'problem'
  readonly column: number
  readonly message: string
}

/** Stands for the n-th token of a line: the grammar sees token types only, so its result serves every line of that shape. */
interface Ref {
  readonly type: string
  readonly index: number
}

type Shape<Node> = { readonly node: Node } | { readonly stop: number }

/** Beyond this a line is no rule; the kernel's own limits are far below. */
const MAX_TOKENS = 2000
const MAX_SHAPES = 5000

class ShapeGrammar<Node> {
  private readonly grammar: nearley.Grammar
  private readonly shapes = new Map<string, Shape<Node>>()

  constructor(rules: CompiledRules, start: string | undefined) {
    this.grammar = nearley.Grammar.fromCompiled(rules)
    if (start !== undefined) this.grammar.start = start
  }

  shape(words: readonly TypedWord[]): Shape<Node> {
    const key = words.map((word) => word.type).join(' ')
    const known = this.shapes.get(key)
    if (known) return known
    const found = this.parse(words.map(({ type }, index) => ({ type, index })))
    if (this.shapes.size < MAX_SHAPES) this.shapes.set(key, found)
    return found
  }

  private parse(tokens: readonly Ref[]): Shape<Node> {
    const replay = new Replay(tokens)
    const parser = new nearley.Parser(this.grammar, { lexer: replay })
    // nearley composes a page of text for its error; the position is all that is wanted.
    Object.assign(parser, { reportError: () => '' })
    try {
      parser.feed('')
    } catch {
      return { stop: replay.position - 1 }
    }
    const results: readonly Node[] = parser.results
    if (results.length > 1) throw new Error(`ambiguous grammar for ${tokens.map((token) => token.type).join(' ')}`)
    const [node] = results
    return node === undefined ? { stop: tokens.length } : { node }
  }
}

class Replay implements Lexer {
  position = 0
  constructor(private readonly tokens: readonly Ref[]) {}
  reset(): void { this.position = 0 }
  next(): (Ref & { value: string }) | undefined {
    const token = this.tokens[this.position]
    this.position += 1
    return token && { ...token, value: token.type }
  }
  save(): { position: number } { return { position: this.position } }
  formatError(): string { return '' }
}

/** A word and the lexer's name for it. */
export interface TypedWord extends Word {
  readonly type: string
}

/** A line's tokens without the blanks between them; null when it has more of them than any rule. */
function tokens(lexer: MooLexer, line: string): TypedWord[] | null {
  const words: TypedWord[] = []
  lexer.reset(line)
  for (let token: Token | undefined = lexer.next(); token; token = lexer.next()) {
    if (token.type === 'space') continue
    if (words.length >= MAX_TOKENS) return null
    words.push({ type: token.type ?? 'word', text: token.value, column: token.offset + 1, length: token.text.length })
  }
  return words
}

function problemAt(words: readonly TypedWord[], stop: number): SyntaxProblem {
  const word = words[stop]
  if (!word) return { kind: 'problem', column: (words.at(-1)?.column ?? 1) + (words.at(-1)?.length ?? 0), message: 'the line ends too early' }
  const message = word.type === 'error' ? 'a quote is not closed' : `${JSON.stringify(word.text.slice(0, 40))} does not belong here`
  return { kind: 'problem', column: word.column, message }
}

const TOO_LONG: SyntaxProblem = { kind: 'problem', column: 1, message: `the line has more than ${MAX_TOKENS} words` }

const saveLines = new ShapeGrammar<SaveLine<Ref>>(saveGrammar, undefined)

/** The tokens of a save line as the lexer has them. */
export const lexedTokens = (line: string): TypedWord[] | null => tokens(saveLexer, line)

/** Reads one line of save or command text. */
export function parseSaveLine(line: string): SaveLine | SyntaxProblem {
  const words = lexedTokens(line)
  if (!words) return TOO_LONG
  const shape = saveLines.shape(words)
  return 'stop' in shape ? problemAt(words, shape.stop) : filledSave(shape.node, words)
}

const at = (words: readonly TypedWord[], ref: Ref): TypedWord => {
  const word = words[ref.index]
  if (!word) throw new Error('a shape refers to a token its line has not')
  return word
}

const maybeAt = (words: readonly TypedWord[], ref: Ref | null): TypedWord | null => (ref ? at(words, ref) : null)

function filledSave(node: SaveLine<Ref>, words: readonly TypedWord[]): SaveLine {
  switch (node.kind) {
    case 'table': return { kind: 'table', name: at(words, node.name) }
    case 'chain': return { kind: 'chain', name: at(words, node.name), policy: at(words, node.policy), counters: maybeAt(words, node.counters) }
    case 'command': return { kind: 'command', program: maybeAt(words, node.program), counters: maybeAt(words, node.counters), options: node.options.map((option) => filledOption(option, words)) }
    default: return node
  }
}

const filledOption = (option: Option<Ref>, words: readonly TypedWord[]): Option => ({
  flag: at(words, option.flag),
  negated: option.negated,
  args: option.args.map((arg) => at(words, arg)),
})

/** Which cells a rule line has, as the header above it says. */
export type ListingForm = 'plain' | 'numbered' | 'counted' | 'countedNumbered'

const listingGrammars = new Map<string, ShapeGrammar<ListingLine<Ref>>>()

function listingLines(start: string): ShapeGrammar<ListingLine<Ref>> {
  const known = listingGrammars.get(start)
  if (known) return known
  const made = new ShapeGrammar<ListingLine<Ref>>(listingGrammar, start)
  listingGrammars.set(start, made)
  return made
}

/** Reads "Chain NAME (policy …)" or "Chain NAME (n references)". */
export function parseListingChain(line: string): ListingChain | SyntaxProblem {
  const words = tokens(listingLexer, line)
  if (!words) return TOO_LONG
  const shape = listingLines('chain').shape(words)
  if ('stop' in shape) return problemAt(words, shape.stop)
  return shape.node.kind === 'chain' ? filledChain(shape.node, words) : problemAt(words, 0)
}

const filledChain = (node: ListingChain<Ref>, words: readonly TypedWord[]): ListingChain => ({
  kind: 'chain',
  name: at(words, node.name),
  policy: maybeAt(words, node.policy),
  packets: maybeAt(words, node.packets),
  bytes: maybeAt(words, node.bytes),
  references: maybeAt(words, node.references),
})

/** The words of a listing line, for a reader that must look at the columns first. */
export const listingWords = (line: string): TypedWord[] | null => tokens(listingLexer, line)

/** Reads a rule line of a listing from its words. */
export function parseListingRule(words: readonly TypedWord[], form: ListingForm): ListingRule | SyntaxProblem {
  const start = words.some((word) => word.type === 'opt') ? form : `${form}NoOpt`
  const shape = listingLines(start).shape(words)
  if ('stop' in shape) return problemAt(words, shape.stop)
  return shape.node.kind === 'rule' ? filledRule(shape.node, words) : problemAt(words, 0)
}

const filledRule = (node: ListingRule<Ref>, words: readonly TypedWord[]): ListingRule => ({
  kind: 'rule',
  number: maybeAt(words, node.number),
  packets: maybeAt(words, node.packets),
  bytes: maybeAt(words, node.bytes),
  target: maybeAt(words, node.target),
  protocol: at(words, node.protocol),
  opt: maybeAt(words, node.opt),
  in: maybeAt(words, node.in),
  out: maybeAt(words, node.out),
  source: at(words, node.source),
  destination: at(words, node.destination),
  rest: node.rest.map((word) => at(words, word)),
})
