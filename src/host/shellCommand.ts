import type { Family } from '../net/address.ts'
import type { TableName } from '../netfilter/table.ts'
import { ipCommand } from './ipCommand.ts'
import { iptablesCommand } from './iptablesCommand.ts'
import type { SocketsCommand } from './listeningSocket.ts'
import { socketsCommand } from './socketsCommand.ts'
import { unwrapped } from './wrappedCommand.ts'

/** What a typed command tells of the lines below it. */
export type ShellCommand =
  | { readonly kind: 'rules'; readonly prints: 'all' | 'some'; readonly family: Family; readonly table: TableName | null; readonly backend: 'legacy' | 'nft' | null }
  /** iptables -A and the like: the command line is itself rule text. */
  | { readonly kind: 'change' }
  | { readonly kind: 'addresses' }
  | { readonly kind: 'policyRules'; readonly family: Family }
  | { readonly kind: 'routes'; readonly family: Family | null; readonly table: string }
  | ({ readonly kind: 'sockets'; readonly program: 'ss' | 'netstat' } & SocketsCommand)
  | { readonly kind: 'status'; readonly pid: number | null }
  | { readonly kind: 'sysctl'; readonly key: string | null }
  /** uname, or the file that holds what `uname -r` prints. */
  | { readonly kind: 'release'; readonly prints: 'bare' | 'named' }
  /** Prints something that is known by its form alone. */
  | { readonly kind: 'known' }
  /** May show any text: cat, logs, a shell. */
  | { readonly kind: 'text' }
  | { readonly kind: 'other' }

const OTHER: ShellCommand = { kind: 'other' }

/** Programs that show text others made, and scripts, of which nothing is known. */
const SHOWS_TEXT = /^(cat|less|more|head|tail|bat|nl|grep|zcat|echo|bash|sh|ash|zsh|su|script|istio-iptables|pilot-agent|istio-clean-iptables|.*\.sh|\.\/.*)$/

/** What follows is arguments of no interest. */
const LONGEST = 1000

/** Tells what kind of output a command line has. */
export function shellCommand(line: string): ShellCommand {
  const typed = shellWords(line.slice(0, LONGEST))
  const [path = '', ...args] = unwrapped(typed.words)
  const program = path.split('/').at(-1) ?? ''
  if (/^ip6?tables/.test(program)) return whole(iptablesCommand(program, args) ?? OTHER, typed.rest)
  switch (program) {
    case '': return { kind: 'text' }
    case 'ip': return ipCommand(args) ?? OTHER
    case 'ss': case 'netstat': return { kind: 'sockets', program, ...socketsCommand(args) }
    case 'uname': return { kind: 'release', prints: args.includes('-r') ? 'bare' : 'named' }
    case 'ipset': case 'ifconfig': return { kind: 'known' }
    case 'sysctl': return { kind: 'sysctl', key: args.some((arg) => /^-\w*n/.test(arg)) ? (args.find((arg) => !arg.startsWith('-')) ?? null) : null }
    case 'kubectl': case 'oc': case 'k': return kubectl(args)
    case 'docker': case 'podman': case 'nerdctl': case 'crictl': return args[0] === 'logs' ? { kind: 'text' } : OTHER
    default: return fileCommand(program, args)
  }
}

/** What a pipe or a redirection leaves of all rules are some. */
const whole = (command: ShellCommand, rest: string): ShellCommand => (command.kind === 'rules' && rest !== '' ? { ...command, prints: 'some' } : command)

function kubectl(args: readonly string[]): ShellCommand {
  if (args.includes('logs')) return { kind: 'text' }
  const table = args.includes('get') && args.some((arg) => /^(po|pods?|svc|services?|all)([,/]|$)/.test(arg)) && !args.some((arg) => /^(-o|--output=?|-o=?)(json|yaml|name)|^(json|yaml)$/.test(arg))
  return table ? { kind: 'known' } : OTHER
}

function fileCommand(program: string, args: readonly string[]): ShellCommand {
  if (!SHOWS_TEXT.test(program)) return OTHER
  const file = args.find((arg) => arg.startsWith('/proc/')) ?? ''
  const status = /^\/proc\/([^/]+)\/status$/.exec(file)
  if (status) return { kind: 'status', pid: /^\d+$/.test(status[1] ?? '') ? Number(status[1]) : null }
  if (file === '/proc/sys/kernel/osrelease') return { kind: 'release', prints: 'bare' }
  const setting = /^\/proc\/sys\/(net\/[\w./-]+)$/.exec(file)
  return setting ? { kind: 'sysctl', key: (setting[1] ?? '').replaceAll('/', '.') } : { kind: 'text' }
}

/** The words of the first simple command of a line, quotes taken off; what a pipe makes of its output is not followed. */
function shellWords(line: string): { readonly words: readonly string[]; readonly rest: string } {
  const words: string[] = []
  for (const { 0: word, index } of line.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'|;&<>]|["'])+|[|;&<>]/g)) {
    if (/^[|;&<>]$/.test(word)) return { words, rest: line.slice(index) }
    words.push(word.replace(/^(["'])(.*)\1$/, '$2'))
  }
  return { words, rest: '' }
}
