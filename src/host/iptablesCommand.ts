import { isTableName } from '../netfilter/table.ts'
import type { ShellCommand } from './shellCommand.ts'

/** "-L", "-nvL", "-S" and their long forms (iptables(8)). */
const LISTS = /^(-[nvxw46]*[LS][nvx]*|--list|--list-rules)$/
const CHANGES = /^(-[ADIRNXFPEZ]|--(append|delete|insert|replace|new-chain|new|delete-chain|flush|policy|rename-chain|zero))$/

/** What an iptables program prints; null when it prints no rules. */
export function iptablesCommand(program: string, args: readonly string[]): ShellCommand | null {
  if (program.endsWith('-restore')) return { kind: 'text' }
  if (args.some((arg) => arg === '-V' || arg === '--version')) return { kind: 'known' }
  const lists = program.endsWith('-save') || args.some((arg) => LISTS.test(arg))
  if (!lists) return args.some((arg) => CHANGES.test(arg)) ? { kind: 'change' } : null
  const named = tableArgument(args)
  // iptables-save prints every table, iptables one: filter unless told otherwise.
  const table = named !== null && isTableName(named) ? named : program.endsWith('-save') || named !== null ? null : 'filter'
  const prints = program.endsWith('-save') && named === null ? 'all' : 'some'
  return { kind: 'rules', prints, family: program.startsWith('ip6') ? 6 : 4, table, backend: program.includes('-legacy') ? 'legacy' : program.includes('-nft') ? 'nft' : null }
}

/** "-t nat", "-tnat", "--table nat", "--table=nat", and "-nvt nat". */
function tableArgument(args: readonly string[]): string | null {
  for (const [i, arg] of args.entries()) {
    if (arg === '--table' || /^-[nvxL]*t$/.test(arg)) return args[i + 1] ?? null
    const joined = /^(?:--table=|-t)(\w+)$/.exec(arg)
    if (joined) return joined[1] ?? null
  }
  return null
}
