import { istioRules } from '../../src/istio/rules.ts'
import type { IstioAnswer, IstioRequest } from '../../src/istio/rules.ts'
import type { TableName } from '../../src/netfilter/table.ts'
import { printRule } from '../../src/ruleset/print.ts'

/** What the injector passes to istio-init. */
export const INJECTED = ['-p', '15001', '-z', '15006', '-u', '1337', '-m', 'REDIRECT', '-i', '*', '-x', '', '-b', '*', '-d', '15090,15021,15020']

/** The injected arguments with some replaced or added: { '-m': 'TPROXY' }. */
export function injected(changes: Readonly<Record<string, string>>): string[] {
  const pairs = new Map(INJECTED.flatMap((flag, i) => (i % 2 === 0 ? [[flag, INJECTED[i + 1] ?? ''] as const] : [])))
  for (const [flag, value] of Object.entries(changes)) pairs.set(flag, value)
  return [...pairs].flat()
}

export const ask = (version: string, args: readonly string[], more: Partial<IstioRequest> = {}): IstioAnswer => istioRules({ version, family: 4, args, ...more })

/** The rules of one chain, as iptables-save prints them. */
export function chain(answer: IstioAnswer, table: TableName, name: string): string[] {
  const found = answer.value?.ruleset.tables.find((each) => each.name === table)?.chains.find((each) => each.name === name)
  return found?.rules.map(printRule) ?? []
}

export const codes = ({ diagnostics }: IstioAnswer): string[] => diagnostics.map(({ code }) => code)

export const messages = ({ diagnostics }: IstioAnswer): string => diagnostics.map(({ message }) => message).join('\n')

/** Why a rule is there, found by a part of its text. */
export function reason(answer: IstioAnswer, part: string): string | undefined {
  const rules = answer.value?.ruleset.tables.flatMap((table) => table.chains.flatMap((each) => each.rules)) ?? []
  const because = rules.find((rule) => printRule(rule).includes(part))?.because
  return because && (because.argument ?? because.note)
}
