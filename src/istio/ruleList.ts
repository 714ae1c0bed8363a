import type { Because } from '../netfilter/ruleset.ts'
import type { TableName } from '../netfilter/table.ts'

/** One step of istio-iptables: a rule at the end of a chain, or at a position. */
export type Command =
  | { readonly table: TableName; readonly command: 'append'; readonly chain: string; readonly spec: string; readonly because: Because }
  | { readonly table: TableName; readonly command: 'insert'; readonly chain: string; readonly position: number; readonly spec: string; readonly because: Because }

/** Takes rules in the order the tool makes them. */
export interface RuleSink {
  append(table: TableName, chain: string, spec: string, because: Because): void
  insert(at: { readonly table: TableName; readonly chain: string; readonly position: number }, spec: string, because: Because): void
}

/** Whether rules that have a log name get an NFLOG rule beside them. */
export type Tracing = 'silent' | 'nflog'

export class RuleList implements RuleSink {
  readonly commands: Command[] = []
  private readonly tracing: Tracing

  constructor(tracing: Tracing) {
    this.tracing = tracing
  }

  append(table: TableName, chain: string, spec: string, because: Because): void {
    this.commands.push({ table, command: 'append', chain, spec, because })
  }

  insert(at: { readonly table: TableName; readonly chain: string; readonly position: number }, spec: string, because: Because): void {
    this.commands.push({ ...at, command: 'insert', spec, because })
  }

  /** The same list, for rules that trace logging knows under a name (tools/istio-iptables/pkg/log/command.go). */
  logged(name: string): RuleSink {
    if (this.tracing === 'silent') return this
    return {
      append: (table, chain, spec, because) => {
        this.append(table, chain, nflog(spec, name), LOGGED)
        this.append(table, chain, spec, because)
      },
      // Inserted last, it pushes the rule it logs one further.
      insert: (at, spec, because) => {
        this.insert(at, spec, because)
        this.insert(at, nflog(spec, name), LOGGED)
      },
    }
  }
}

const LOGGED: Because = { note: 'logs the packets that meet the next rule', argument: '--iptables-trace-logging' }

/** Group and size are constants of the tool: tools/istio-iptables/pkg/builder/iptables_builder_impl.go. */
const nflog = (spec: string, name: string): string => `${spec.replace(/-j .*$/, '')}-j NFLOG --nflog-prefix "${name}" --nflog-group 1337 --nflog-size 20`
