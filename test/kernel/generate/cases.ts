import fc from 'fast-check'
import type { Family } from '../../../src/net/address.ts'
import type { LabCase, LabRule } from '../labCase.ts'
import type { Backend } from '../labRun.ts'
import type { LabMode } from '../program.ts'
import { connection } from './connections.ts'
import { istioSet } from './istioSets.ts'
import { nodeSet } from './nodeSets.ts'
import { poolOf } from './pools.ts'
import { EDIT_KINDS, edited } from './mutate.ts'
import type { Edit } from './mutate.ts'
import { randomRule, randomSet } from './randomRules.ts'
import type { Site } from './randomRules.ts'

/** What a case is made for. */
export interface CaseFrame {
  readonly kind: LabCase['kind']
  readonly mode: LabMode
  readonly backend: Backend
  readonly family: Family
}

const edit = (site: Site): fc.Arbitrary<Edit> => fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constantFrom(...EDIT_KINDS), at: fc.nat(200), to: fc.nat(200) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('insert'), at: fc.nat(200), to: fc.nat(200), rule: randomRule(site) }) },
)

/** Rules that programs make. */
const made = (mode: LabMode, family: Family): fc.Arbitrary<LabRule[]> => (mode === 'NODE' ? nodeSet(family) : istioSet(mode, family))

const mutant = (mode: LabMode, site: Site): fc.Arbitrary<LabRule[]> =>
  fc.tuple(made(mode, site.family), fc.array(edit(site), { minLength: 1, maxLength: 4 })).map(([rules, edits]) => edits.reduce<LabRule[]>((all, each) => edited(all, each, site.pool), rules))

function rulesOf({ kind, mode, family }: CaseFrame): fc.Arbitrary<LabRule[]> {
  const site: Site = { family, pool: poolOf(mode, family) }
  switch (kind) {
    case 'made': return made(mode, family)
    case 'mutant': return mutant(mode, site)
    case 'random': return randomSet(site)
  }
}

const SYSCTLS = ['net.ipv4.conf.all.rp_filter=1', 'net.ipv4.conf.all.rp_filter=2', 'net.ipv4.conf.all.route_localnet=1', 'net.ipv4.fwmark_reflect=1', 'net.ipv4.tcp_fwmark_accept=1', 'net.ipv4.conf.all.src_valid_mark=1', 'net.ipv6.fwmark_reflect=1']

const dropping = fc.oneof({ weight: 7, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.constantFrom(['filter INPUT'], ['filter FORWARD'], ['filter OUTPUT'], ['mangle PREROUTING']) })
const sysctls = fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.subarray(SYSCTLS, { maxLength: 2 }) })

/** Rule sets of one kind with the connections made under each. */
export const labCase = (frame: CaseFrame, connections: number): fc.Arbitrary<LabCase> =>
  fc.record({
    rules: rulesOf(frame),
    connections: fc.array(connection(frame.mode, frame.family), { minLength: connections, maxLength: connections }),
    dropping: frame.kind === 'made' ? fc.constant([]) : dropping,
    sysctls: frame.kind === 'made' ? fc.constant([]) : sysctls,
  }).map((made) => ({ ...frame, ...made }))
