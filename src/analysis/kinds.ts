import type { Ruleset } from '../netfilter/ruleset.ts'
import type { Family } from '../net/address.ts'
import type { Kind } from './regionSpace.ts'

/** Every kind of connection of the families that have rules. */
export function kindsOf(rulesets: readonly Ruleset[]): readonly Kind[] {
  const families = ([4, 6] as const).filter((family) => rulesets.some((each) => each.family === family && each.tables.some(({ chains }) => chains.length > 0)))
  return (families.length > 0 ? families : ([4] as readonly Family[])).flatMap((family) => (['remote', 'local'] as const).flatMap((origin) => (['tcp', 'udp', 'icmp'] as const).map((proto) => ({ family, origin, proto }))))
}
