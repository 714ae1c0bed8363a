import type { LabRule } from '../labCase.ts'
import { MARKS, TCP_PORTS } from './pools.ts'
import type { Pool } from './pools.ts'

/** A change of a rule set; the numbers say where and to what, whatever the rule set is. */
export type Edit = { readonly at: number; readonly to: number } & (
  | { readonly kind: 'delete' | 'copy' | 'move' | 'negate' | 'port' | 'target' | 'id' | 'device' | 'address' | 'mark' | 'goto' }
  | { readonly kind: 'insert'; readonly rule: LabRule }
)

export const EDIT_KINDS = ['delete', 'copy', 'move', 'negate', 'port', 'target', 'id', 'device', 'address', 'mark', 'goto'] as const

const pick = <T>(list: readonly T[], n: number): T | undefined => list[n % list.length]

const TARGETS = ['RETURN', 'ACCEPT', 'DROP', 'REDIRECT --to-ports 15006', 'REDIRECT --to-ports 15001', 'MARK --set-xmark 0x539/0xffffffff', 'CONNMARK --save-mark']

const NEGATABLE = /(^| )(! )?(-s|-d|-i|-o|--dport|--sport|--uid-owner|--gid-owner|--mark|--ctstate) /g

/** Turns one condition of a rule round. */
function negated(spec: string, n: number): string {
  const found = pick([...spec.matchAll(NEGATABLE)], n)
  if (!found) return spec
  const [all, space = '', bang = '', flag = ''] = found
  return `${spec.slice(0, found.index)}${space}${bang === '' ? '! ' : ''}${flag} ${spec.slice(found.index + all.length)}`
}

/** The change of one rule's text. */
function changed(spec: string, { kind, to }: Edit, { own, loopback, near, far, ranges, devices }: Pool): string {
  switch (kind) {
    case 'negate': return negated(spec, to)
    case 'port': return spec.replace(/(--dports?|--to-ports|--on-port) \d+/, (_, flag: string) => `${flag} ${pick(flag === '--to-ports' || flag === '--on-port' ? [15006, 15001, 18080] : TCP_PORTS, to)}`)
    case 'target': return spec.replace(/-[jg] .*$/, `-j ${pick(TARGETS, to)}`)
    case 'id': return spec.replace(/--([ug]id)-owner \S+/, (_, which: string) => `--${which}-owner ${pick([0, 1000, 1337, '1000-1337'], to)}`)
    case 'device': return spec.replace(/(-[io]) (\S+)/, (_, flag: string, device: string) => `${flag} ${pick(devices.filter((each) => each !== device), to)}`)
    case 'address': return spec.replace(/(-[sd]) \S+/, (_, flag: string) => `${flag} ${pick([own, ...loopback, ...near, ...far, ...ranges], to)}`)
    case 'mark': return spec.replace(/0x539/, () => `0x${(pick(MARKS, to) ?? 1).toString(16)}`)
    case 'goto': return spec.replace(/-([jg]) (ISTIO_\S+)/, (_, how: string, chain: string) => `-${how === 'j' ? 'g' : 'j'} ${chain}`)
    default: return spec
  }
}

/** The rules after an edit. */
export function edited(rules: readonly LabRule[], edit: Edit, pool: Pool): LabRule[] {
  const at = rules.length === 0 ? 0 : edit.at % rules.length
  const rule = rules[at]
  if (edit.kind === 'insert') return rules.toSpliced(at, 0, edit.rule)
  if (!rule) return [...rules]
  switch (edit.kind) {
    case 'delete': return rules.toSpliced(at, 1)
    case 'copy': return rules.toSpliced(edit.to % rules.length, 0, rule)
    case 'move': return rules.toSpliced(at, 1).toSpliced(edit.to % rules.length, 0, rule)
    default: return rules.with(at, { ...rule, spec: changed(rule.spec, edit, pool) })
  }
}
