import fc from 'fast-check'
import { KNOWN_RELEASES } from '../../../src/istio/version.ts'
import { istioRules } from '../../../src/istio/rules.ts'
import type { Family } from '../../../src/net/address.ts'
import { printRule } from '../../../src/ruleset/print.ts'
import type { LabRule } from '../labCase.ts'
import type { LabMode } from '../program.ts'
import { poolOf } from './pools.ts'

const choice = (flag: string, ...values: readonly string[]): fc.Arbitrary<string[]> => fc.constantFrom(...values).map((value) => (value === '' ? [] : [flag, value]))
/** The usual value in eight of nine. */
const mostly = (flag: string, usual: string, ...others: readonly string[]): fc.Arbitrary<string[]> =>
  fc.oneof({ weight: 8, arbitrary: choice(flag, usual) }, { weight: 1, arbitrary: choice(flag, ...others) })
const either = (flag: string): fc.Arbitrary<string[]> => fc.boolean().map((on) => (on ? [flag] : []))

/** Arguments as the injector gives them, and odder ones. */
function args(mode: LabMode, family: Family): fc.Arbitrary<string[]> {
  const { ranges, own, far: [far = own] } = poolOf(mode, family)
  const host = `${far}/${family === 4 ? 32 : 128}`
  return fc.tuple(
    fc.constant(['-p', '15001', '-z', '15006', '-u', '1337', '-g', '1337', '-m', mode]),
    mostly('-i', '*', ranges.slice(0, 2).join(','), ranges[0] ?? '*', ''), mostly('-x', '', host, ranges[3] ?? ''),
    mostly('-b', '*', '18080', '80,8080', ''), choice('-d', '15090,15021,15020', '15090,15021,15020', '15020', '8080', ''),
    mostly('-o', '', '443', '80,53'), mostly('-q', '', '443', '80,8080'), mostly('-k', '', 'eth0'), mostly('-c', '', 'eth0'),
    either('--redirect-dns'), either('--capture-all-dns'), either('--drop-invalid'),
  ).map((lists) => lists.flat())
}

/** Rules that Istio makes, of any version. */
export function istioSet(mode: LabMode, family: Family): fc.Arbitrary<LabRule[]> {
  const nameservers = family === 4 ? ['10.96.0.10'] : ['fd00:96::10']
  return fc.tuple(fc.constantFrom(...KNOWN_RELEASES), args(mode, family)).map(([version, words]) => {
    const { value } = istioRules({ version, family, args: words, nameservers, podIps: [poolOf(mode, family).own] })
    return value?.ruleset.tables.flatMap((table) => table.chains.flatMap((chain) => chain.rules.map((rule): LabRule => ({ table: table.name, chain: chain.name, spec: printRule(rule) })))) ?? []
  })
}
