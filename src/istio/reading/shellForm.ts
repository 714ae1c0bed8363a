import type { Diagnostic } from '../../netfilter/diagnostic.ts'
import type { Span } from '../../netfilter/span.ts'
import { parseShell, spanOf } from './argumentSyntax.ts'
import type { ShellNode } from './argumentSyntax.ts'
import { nothingRead } from './readArguments.ts'
import type { ArgumentsRead } from './readArguments.ts'

interface ShellWord {
  readonly text: string
  /** Some of it stood outside single quotes and had a dollar or a backquote. */
  readonly expands: boolean
  readonly span: Span
}

const TOOL = /(?:^|\/)istio-iptables(?:\.sh)?$/
const ASSIGNMENT = /^([A-Za-z_][A-Za-z0-9_]*)=([^]*)$/

/** Reads a command line: `istio-iptables -p 15001 …`, with whatever stands before it, or the bare arguments. */
export function readShell(text: string, file: string): ArgumentsRead {
  const { value, diagnostics } = parseShell(text, file)
  if (!value) return { value, diagnostics }
  const command = commandOf(commands(value, file))
  const start = startOfArguments(command)
  const args = command.slice(start)
  if (!args.some((word) => word.text.startsWith('-')) && !command.some((word) => TOOL.test(word.text))) {
    return nothingRead('no-arguments', 'no arguments of istio-iptables were found')
  }
  return {
    value: { args: args.map((word) => word.text), env: assignments(command.slice(0, start)), form: 'shell' },
    diagnostics: args.filter((word) => word.expands).map(unexpanded),
  }
}

/** The commands of the text; a line end parts them only when one of them names the tool. */
function commands(nodes: readonly ShellNode[], file: string): readonly (readonly ShellWord[])[] {
  const named = nodes.some((node) => node.kind === 'word' && TOOL.test(textOf(node)))
  const all: ShellWord[][] = [[]]
  for (const node of nodes) {
    if (node.kind === 'word') all.at(-1)?.push(shellWord(node, file))
    else if (node.token.type === 'operator' || (named && node.token.type === 'newline')) all.push([])
  }
  return all
}

const textOf = (node: ShellNode): string => (node.kind === 'word' ? node.pieces.map((piece) => piece.value).join('') : '')

function shellWord(node: Extract<ShellNode, { kind: 'word' }>, file: string): ShellWord {
  const [first] = node.pieces
  if (!first) throw new Error('a word has no piece')
  const length = node.pieces.reduce((sum, piece) => sum + piece.text.length, 0)
  const expands = node.pieces.some((piece) => (piece.type === 'bare' || piece.type === 'double') && /[$`]/.test(piece.text))
  return { text: textOf(node), expands, span: { ...spanOf(first, file), length } }
}

/** The last command that names the tool, else the first that has flags. */
const commandOf = (all: readonly (readonly ShellWord[])[]): readonly ShellWord[] =>
  all.findLast((words) => words.some((word) => TOOL.test(word.text))) ?? all.find((words) => words.some((word) => word.text.startsWith('-'))) ?? []

/** Behind the tool's name; else behind the `--` of kubectl or docker; else at the first flag. */
function startOfArguments(words: readonly ShellWord[]): number {
  const tool = words.findLastIndex((word) => TOOL.test(word.text))
  if (tool >= 0) return tool + 1
  const dashes = words.findIndex((word) => word.text === '--')
  if (dashes >= 0) return dashes + 1
  const flag = words.findIndex((word) => word.text.startsWith('-'))
  return flag < 0 ? words.length : flag
}

/** `NAME=value` before the command, `-e NAME=value` of a container tool. */
function assignments(words: readonly ShellWord[]): Record<string, string> {
  const env: Record<string, string> = {}
  for (const { text } of words) {
    const [, name, value] = ASSIGNMENT.exec(text) ?? []
    if (name !== undefined && value !== undefined) env[name] = value
  }
  return env
}

const unexpanded = ({ text, span }: ShellWord): Diagnostic => ({
  code: 'unexpanded-variable',
  severity: 'warning',
  message: `${text} is taken literally: the shell would have replaced it`,
  span,
})
