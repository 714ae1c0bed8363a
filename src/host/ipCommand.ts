import type { Family } from '../net/address.ts'
import type { ShellCommand } from './shellCommand.ts'

const isPrefixOf = (word: string, whole: string): boolean => word !== '' && whole.startsWith(word)

/** What `ip` prints (ip(8); objects and commands may be cut short); null when it changes something or is another object. */
export function ipCommand(args: readonly string[]): ShellCommand | null {
  const first = args.findIndex((arg) => !arg.startsWith('-'))
  const family = familyOption(args.slice(0, Math.max(0, first)))
  const [object = '', verb = 'show', ...rest] = first < 0 ? [] : args.slice(first)
  const shows = ['show', 'list', 'lst', 'ls', 'dev'].some((each) => isPrefixOf(verb, each)) || verb === 'table'
  if (!shows) return null
  if (isPrefixOf(object, 'address') || isPrefixOf(object, 'link')) return { kind: 'addresses' }
  if (isPrefixOf(object, 'neighbour') || isPrefixOf(object, 'neighbor')) return { kind: 'known' }
  if (object.length > 1 && isPrefixOf(object, 'rule')) return { kind: 'policyRules', family: family ?? 4 }
  return isPrefixOf(object, 'route') ? { kind: 'routes', family, table: tableOf(verb === 'table' ? ['table', ...rest] : rest) } : null
}

const tableOf = (words: readonly string[]): string => words[words.findIndex((word) => word.length > 0 && isPrefixOf(word, 'table')) + 1] ?? 'main'

function familyOption(options: readonly string[]): Family | null {
  if (options.includes('-6')) return 6
  return options.includes('-4') ? 4 : null
}
