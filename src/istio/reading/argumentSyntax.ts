import nearley from 'nearley'
import type { Lexer } from 'nearley'
import type { Token } from 'moo'
import grammar from '../../../grammar/istio-args.generated.ts'
import { istioArgsLexer } from '../../../grammar/istioArgsLexer.ts'
import type { Diagnostic, Read } from '../../netfilter/diagnostic.ts'
import type { Span } from '../../netfilter/span.ts'

/** A word of a command line, or what separates two of them. */
export type ShellNode =
  | { readonly kind: 'word'; readonly pieces: readonly Token[] }
  | { readonly kind: 'gap'; readonly token: Token }

/** A JSON value whose scalars are still text. */
export type JsonNode =
  | { readonly kind: 'scalar'; readonly token: Token }
  | { readonly kind: 'list'; readonly token: Token; readonly items: readonly JsonNode[] }
  | { readonly kind: 'object'; readonly token: Token; readonly members: readonly { readonly name: Token; readonly value: JsonNode }[] }

/** Arguments and the spec of a pod are smaller; beyond this the text is something else. */
const MAX_TOKENS = 6_000
const MAX_LENGTH = 500_000

export const parseShell = (text: string, file: string): Read<readonly ShellNode[] | null> => parse<readonly ShellNode[]>(text, 'shell', file)

export const parseJson = (text: string, file: string): Read<readonly JsonNode[] | null> => parse<readonly JsonNode[]>(text, 'json', file)

export const spanOf = ({ line, col, text }: Token, file: string): Span => ({ file, line, column: col, length: text.length })

function parse<Tree>(text: string, start: 'shell' | 'json', file: string): Read<Tree | null> {
  const tokens = tokenize(text, start)
  if (!tokens) return { value: null, diagnostics: [{ code: 'arguments-too-long', severity: 'error', message: 'this is too long to be arguments of istio-iptables', span: null }] }
  const rules = nearley.Grammar.fromCompiled(grammar)
  rules.start = start
  const replay = new Replay(tokens)
  const parser = new nearley.Parser(rules, { lexer: replay })
  // nearley composes a page of text for its error; the position is all that is wanted.
  Object.assign(parser, { reportError: () => '' })
  try {
    parser.feed('')
  } catch {
    return { value: null, diagnostics: [unexpected(tokens[replay.position - 1], file)] }
  }
  return finished(parser.results, tokens, file)
}

function finished<Tree>(results: readonly Tree[], tokens: readonly Token[], file: string): Read<Tree | null> {
  if (results.length > 1) throw new Error('the grammar of istio-iptables arguments is ambiguous')
  const [tree] = results
  return tree === undefined ? { value: null, diagnostics: [unexpected(tokens.at(-1), file)] } : { value: tree, diagnostics: [] }
}

function tokenize(text: string, start: 'shell' | 'json'): Token[] | null {
  if (text.length > MAX_LENGTH) return null
  const tokens: Token[] = []
  istioArgsLexer.reset(text, { line: 1, col: 1, state: start })
  for (let token = istioArgsLexer.next(); token; token = istioArgsLexer.next()) {
    if (token.type === 'blank') continue
    if (tokens.length >= MAX_TOKENS) return null
    tokens.push(token)
  }
  return tokens
}

class Replay implements Lexer {
  position = 0
  constructor(private readonly tokens: readonly Token[]) {}
  reset(): void { this.position = 0 }
  next(): Token | undefined {
    const token = this.tokens[this.position]
    this.position += 1
    return token
  }
  save(): { line: number; col: number; state: string } { return { line: 1, col: 1, state: 'shell' } }
  formatError(): string { return '' }
}

function unexpected(token: Token | undefined, file: string): Diagnostic {
  const code = 'arguments-syntax'
  if (!token) return { code, severity: 'error', message: 'there are no arguments here', span: null }
  const message = token.type === 'error' && /^['"]/.test(token.text) ? 'a quote is not closed' : `${JSON.stringify(token.text.slice(0, 40))} does not belong here`
  return { code, severity: 'error', message, span: { ...spanOf(token, file), length: Math.min(token.text.length, 40) } }
}
