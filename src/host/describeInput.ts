import { isBinary } from './binaryInput.ts'
import type { HostFacts } from './hostFacts.ts'

const FORMS: readonly (readonly [RegExp, string])[] = [
  [/^[ \t]*table (ip|ip6|inet) \S+ \{/m, "nft's own form, which is not read: iptables-save prints the rules of iptables-nft"],
  [/^[ \t]*(istio-iptables|pilot-agent istio-iptables)\s|^[ \t]*-p[ \t]+15001\s/m, 'the arguments of istio-iptables: `chainwalk rules` makes rules of them'],
  [/^[ \t]*apiVersion:|^[ \t]*[{[]/, 'YAML or JSON'],
]

/** What a text without rules is. */
export function describeInput(text: string, facts: HostFacts): string {
  if (text.trim() === '') return 'empty'
  if (isBinary(text)) return 'binary'
  const form = FORMS.find(([pattern]) => pattern.test(text.slice(0, 100_000)))
  if (form) return form[1]
  const sections = describeInputSections(facts)
  return sections.length > 0 ? `${sections.join(', ')}, but no rules` : 'other text'
}

/** What a text shows of a namespace besides rules. */
export const describeInputSections = (facts: HostFacts): readonly string[] =>
  [facts.interfaces && 'interfaces', facts.listeners && 'sockets', (facts.routes[4] ?? facts.routes[6]) && 'routes', (facts.rules[4] ?? facts.rules[6]) && 'policy rules'].filter((each) => typeof each === 'string')
