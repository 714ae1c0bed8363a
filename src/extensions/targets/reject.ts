import type { Family } from '../../net/address.ts'
import type { Effect, RejectWith } from '../effect.ts'
import { CONTINUE } from '../effect.ts'
import type { TargetExtension } from '../extension.ts'

interface Reject {
  readonly with: string
}

interface RejectName {
  readonly name: string
  readonly alias: string
  readonly with: RejectWith
}

const icmp = (type: number, code: number): RejectWith => ({ kind: 'icmp', type, code })
const RESET: RejectWith = { kind: 'tcp-reset' }

/** libipt_REJECT.c and libip6t_REJECT.c, in the kernel's order; codes as nf_reject's callers send them (RFC 792, 1122, 1812, 4443). */
const NAMES: Readonly<Record<Family, readonly RejectName[]>> = {
  4: [
    { name: 'icmp-net-unreachable', alias: 'net-unreach', with: icmp(3, 0) },
    { name: 'icmp-host-unreachable', alias: 'host-unreach', with: icmp(3, 1) },
    { name: 'icmp-proto-unreachable', alias: 'proto-unreach', with: icmp(3, 2) },
    { name: 'icmp-port-unreachable', alias: 'port-unreach', with: icmp(3, 3) },
    { name: 'icmp-net-prohibited', alias: 'net-prohib', with: icmp(3, 9) },
    { name: 'icmp-host-prohibited', alias: 'host-prohib', with: icmp(3, 10) },
    { name: 'tcp-reset', alias: 'tcp-rst', with: RESET },
    { name: 'icmp-admin-prohibited', alias: 'admin-prohib', with: icmp(3, 13) },
  ],
  6: [
    { name: 'icmp6-no-route', alias: 'no-route', with: icmp(1, 0) },
    { name: 'icmp6-adm-prohibited', alias: 'adm-prohibited', with: icmp(1, 1) },
    { name: 'icmp6-addr-unreachable', alias: 'addr-unreach', with: icmp(1, 3) },
    { name: 'icmp6-port-unreachable', alias: 'port-unreach', with: icmp(1, 4) },
    { name: 'tcp-reset', alias: 'tcp-reset', with: RESET },
    { name: 'icmp6-policy-fail', alias: 'policy-fail', with: icmp(1, 5) },
    { name: 'icmp6-reject-route', alias: 'reject-route', with: icmp(1, 6) },
  ],
}

const DEFAULT: Readonly<Record<Family, string>> = { 4: 'icmp-port-unreachable', 6: 'icmp6-port-unreachable' }

/** REJECT_parse: a name, its alias, or the beginning of either, in any case. */
function abbreviated(text: string, family: Family): string | null {
  const begun = text.toLowerCase()
  return NAMES[family].find(({ name, alias }) => name.startsWith(begun) || alias.startsWith(begun))?.name ?? null
}

const effects = new Map([...NAMES[4], ...NAMES[6]].map(({ name, with: answer }): [string, Effect] => [name, { kind: 'reject', with: answer }]))

/** ipt_REJECT, ip6t_REJECT: drops the packet and tells its sender so. */
export const reject: TargetExtension<Reject> = {
  name: 'REJECT',
  ends: 'ends',
  options: { '--reject-with': 1 },
  tables: ['filter'],
  hooks: ['INPUT', 'FORWARD', 'OUTPUT'],
  parse(options) {
    const option = options.take('--reject-with')
    const name = option ? abbreviated(options.word(option), options.family) : DEFAULT[options.family]
    if (option && !name) options.refuse(option.args[0] ?? option.flag, `${JSON.stringify(option.args[0]?.text ?? '')} is no answer REJECT can give with IPv${options.family}`)
    return { with: name ?? DEFAULT[options.family] }
  },
  print: (info) => `--reject-with ${info.with}`,
  parseListing(cursor) {
    const name = cursor.skip('reject-with') ? cursor.next() : null
    return name !== null && NAMES[cursor.family].some((known) => known.name === name) ? { with: name } : null
  },
  printListing: (info) => `reject-with ${info.with}`,
  compile(info) {
    const effect = effects.get(info.with) ?? CONTINUE
    return () => effect
  },
}
