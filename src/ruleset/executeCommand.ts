import type { Rule } from '../netfilter/ruleset.ts'
import type { Span } from '../netfilter/span.ts'
import type { RuleCommand } from './ruleCommand.ts'
import { spanOf } from './sourceLine.ts'
import type { SourceLine } from './sourceLine.ts'
import type { TableBuilder } from './tableBuilder.ts'

/** Carries out one command of iptables on a table; false where there is no such rule to delete or replace. */
export function executeCommand(command: RuleCommand, builder: TableBuilder, source: SourceLine): boolean {
  const place = { span: spanOf(source), text: source.text.trim() }
  switch (command.kind) {
    case 'append': for (const each of command.rules) builder.append(command.chain, placed(each, place)); return true
    case 'insert': command.rules.forEach((each, i) => { builder.insert(command.chain, command.position + i, placed(each, place)) }); return true
    case 'replace': return command.rules.every((each) => builder.replace(command.chain, command.position, placed(each, place)))
    case 'delete': return command.rules.length === 0 ? builder.delete(command.chain, command.position) : command.rules.every((each) => builder.deleteSame(command.chain, each))
    case 'declare': if (!builder.has(command.chain)) builder.declare(command.chain, null, null, place.span); return true
    case 'policy': builder.declare(command.chain, command.policy, command.counters, place.span); return true
    case 'flush': builder.flush(command.chain); return true
    case 'remove': builder.remove(command.chain); return true
    case 'rename': builder.rename(command.chain, command.to); return true
    case 'nothing':
    case 'listing': return true
  }
}

interface Placed {
  readonly span: Span
  readonly text: string
}

/** Named one by one: a spread costs more than all else of a rule. */
function placed({ ip, matches, target, counters }: Rule, { span, text }: Placed): Rule {
  return counters ? { ip, matches, target, counters, span, text } : { ip, matches, target, span, text }
}
