import type { Ruleset } from '../../netfilter/ruleset.ts'
import type { Candidate } from './candidate.ts'
import { Comparison } from './comparison.ts'
import type { ChainDifference } from './comparison.ts'
import { Evidence } from './evidence.ts'
import { bestFits } from './fits.ts'
import { Makings } from './makings.ts'
import { plainest } from './plainest.ts'
import type { Way } from './plainest.ts'
import { proposeAmbient } from './proposeAmbient.ts'
import { proposeSidecar } from './proposeSidecar.ts'
import type { Explained, MissingRule, Recognised, ShownRule } from './recognised.ts'
import { isIstioChain, ShownRules } from './shownRules.ts'
import type { ShownChain } from './shownRules.ts'
import { versionRanges } from './versionRanges.ts'

/** No mesh makes nearly as many; beyond it, comparing would take too long. */
const MOST_RULES = 1000

/** The Istio versions, mode and settings that make the rules shown, found by making them; null where they are not Istio's. */
export function recogniseIstio(rulesets: readonly Ruleset[]): Recognised | null {
  const shown = new ShownRules(rulesets)
  const chains = [...shown.chains.values()]
  if (!chains.some(({ name }) => isIstioChain(name)) || chains.reduce((sum, { rules }) => sum + rules.length, 0) > MOST_RULES) return null
  const comparison = new Comparison(shown)
  const makings = new Makings(shown)
  const fits = bestFits(candidatesFor(shown), makings, comparison)
  const [first, ...others] = plainest(fits, makings, comparison).map((way) => explained(way, shown, makings, comparison))
  return first ? { mesh: 'Istio', ...first, ipv6: handlesV6(shown), tables: shown.tables.map(({ family, table }) => ({ family, table })), alternatives: others } : null
}

const handlesV6 = ({ families, chains }: ShownRules): boolean | null =>
  families.includes(6) ? [...chains.values()].some(({ family, name }) => family === 6 && isIstioChain(name)) : null

function candidatesFor(shown: ShownRules): readonly Candidate[] {
  const evidence = new Evidence(shown)
  const ambient = proposeAmbient(evidence)
  return ambient.length > 0 ? ambient : proposeSidecar(evidence)
}

function explained(way: Way, shown: ShownRules, makings: Makings, comparison: Comparison): Explained {
  const { versions, spelling, differences } = way
  return {
    versions: versionRanges(versions), mode: modeOf(way, makings), scope: way.candidate.maker === 'host' ? 'host' : 'pod', ...spelling,
    foreign: [...differences.flatMap(({ shown: chain, foreign }) => placed(chain, foreign)), ...shown.others.flatMap((chain) => placed(chain, [...chain.rules.keys()]))],
    missing: differences.flatMap((each) => missingRules(each, comparison)),
    moved: differences.flatMap(({ shown: chain, moved }) => placed(chain, moved)),
  }
}

/** Without the table in which it shows, a pod of TPROXY looks like one without inbound capture. */
function modeOf({ candidate, versions, differences }: Way, makings: Makings): Explained['mode'] {
  if (candidate.maker !== 'sidecar') return 'AMBIENT'
  const mode = candidate.settings.get('mode') === 'TPROXY' ? 'TPROXY' : 'REDIRECT'
  // The jump to ISTIO_INBOUND stands in a table of the mode.
  if (differences.some(({ made }) => made?.name === 'PREROUTING' && made.specs.some((spec) => spec.endsWith('-j ISTIO_INBOUND')) && made.table !== 'raw')) return mode
  const other = { ...candidate, settings: new Map(candidate.settings).set('mode', mode === 'TPROXY' ? 'REDIRECT' : 'TPROXY') }
  return makings.alike(candidate, other, versions).length > 0 ? null : mode
}

function placed(chain: ShownChain | null, numbers: readonly number[]): ShownRule[] {
  if (!chain) return []
  const { family, table, name, rules } = chain
  return numbers.flatMap((i) => {
    const rule = rules[i]
    return rule ? [{ family, table, chain: name, number: i + 1, rule }] : []
  })
}

function missingRules({ made, missing }: ChainDifference, comparison: Comparison): MissingRule[] {
  if (!made) return []
  const { family, table, name, specs } = made
  return missing.map((i) => ({ family, table, chain: name, number: i + 1, text: comparison.print(specs[i] ?? '', family) }))
}
