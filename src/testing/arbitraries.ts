import fc from 'fast-check'
import { RegionSpace } from '../analysis/regionSpace.ts'
import { printRule } from '../ruleset/print.ts'
import type { Connection } from '../world/connection.ts'
import type { RulesUnderTest } from './rulesUnderTest.ts'

/** Connections, one for each way in which the values of each field stand to the rules' conditions; they shrink to usual ones. */
export function connections(...all: readonly RulesUnderTest[]): fc.Arbitrary<Connection> {
  const spaces = (all[0]?.kinds ?? []).map((kind) => new RegionSpace(kind, all.map(({ walkerOf }) => walkerOf(kind))))
  return fc.constantFrom(...spaces).chain((space) => fc.tuple(...space.points().map((elements) => fc.constantFrom(...elements))).map((point) => space.connection(point)))
}

/** Small changes of a rule set, as iptables commands: a rule less, two that change places. */
export function edits({ question }: RulesUnderTest): fc.Arbitrary<readonly string[]> {
  const each = question.state.rulesets.flatMap(({ family, tables }) => tables.flatMap(({ name, chains }) => chains.flatMap(({ name: chain, rules }) => rules.flatMap((rule, i) => {
    const [program, place] = [family === 6 ? 'ip6tables' : 'iptables', `-t ${name}`]
    const less = [`${program} ${place} -D ${chain} ${i + 1}`]
    return rules[i + 1] ? [less, [...less, `${program} ${place} -I ${chain} ${i + 2} ${printRule(rule)}`]] : [less]
  }))))
  return fc.constantFrom(...each)
}

const port = fc.constantFrom('80', '443', '8080', '15090', '15021', '15020', '3306', '27017')
const network = fc.constantFrom('10.0.0.0/8', '10.96.0.0/12', '192.168.0.0/16', '172.16.0.0/12')

const listed = (items: fc.Arbitrary<string>): fc.Arbitrary<string> => fc.uniqueArray(items, { maxLength: 4 }).map((each) => each.join(','))

/** Arguments of istio-iptables, as injectors and people give them. */
export const istioArguments = (): fc.Arbitrary<readonly string[]> =>
  fc.record({ mode: fc.constantFrom('REDIRECT', 'TPROXY'), inbound: fc.oneof(fc.constant('*'), listed(port)), notInbound: listed(port), networks: fc.oneof(fc.constant('*'), listed(network)), notNetworks: listed(network), notOutbound: listed(port) })
    .map(({ mode, inbound, notInbound, networks, notNetworks, notOutbound }) => ['-p', '15001', '-z', '15006', '-u', '1337', '-g', '1337', '-m', mode, '-b', inbound, '-d', notInbound, '-i', networks, '-x', notNetworks, '-o', notOutbound])
