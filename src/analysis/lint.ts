import type { Recognised } from '../istio/recognise/recognised.ts'
import type { HostFacts } from '../host/hostFacts.ts'
import type { Diagnostic } from '../netfilter/diagnostic.ts'
import { link } from '../ruleset/link.ts'
import type { Question } from '../world/question.ts'
import { deadRules } from './findings/deadRules.ts'
import type { Finding } from './findings/finding.ts'
import { namespaceFindings } from './findings/namespaceFindings.ts'
import { walkedFindings } from './findings/walkedFindings.ts'
import { mapRegions } from './mapRegions.ts'
import { Walker } from './walker.ts'

/** Everything wrong or suspicious about rules in their namespace, the worst first. */
export function lint(question: Omit<Question, 'connection'>, recognised: Recognised | null): readonly Finding[] {
  const { state: { rulesets }, facts } = question
  const walkers = ([4, 6] as const).filter((family) => rulesets.some((each) => each.family === family)).map((family) => ({ family, walker: new Walker(question, family) }))
  const profile = walkers[0]?.walker.profile
  const found = [
    ...rulesets.flatMap(link).map(linked), ...deadRules(rulesets, recognised), ...(profile ? namespaceFindings(rulesets, facts, profile) : []),
    ...walkers.flatMap(({ family, walker }) => walkedFindings(walker, mapRegions([{ family, origin: 'remote', proto: 'tcp' }, { family, origin: 'local', proto: 'tcp' }], () => walker))).map((each) => (isIstios(recognised, facts) ? ofIstio(each) : each)),
  ]
  return found.toSorted((one, other) => ORDER[one.severity] - ORDER[other.severity])
}

/** Nothing but rules as Istio makes them: all else is taken to be Istio's too, and what they do is its own affair. */
const isIstios = (recognised: Recognised | null, { listeners, rules, routes }: HostFacts): boolean =>
  recognised !== null && recognised.foreign.length + recognised.missing.length + recognised.moved.length === 0 && [listeners, ...Object.values(rules), ...Object.values(routes)].every((each) => each === null)

const ofIstio = (finding: Finding): Finding => (finding.severity === 'info' ? finding : { ...finding, code: `istio-${finding.code}`, severity: 'info', message: `${finding.message}: so it is with what this release of Istio makes` })

const ORDER = { error: 0, warning: 1, info: 2 } as const

const linked = ({ code, severity, message, span }: Diagnostic): Finding => ({ code, severity, message, proof: { kind: 'reason', text: 'the rules themselves say so' }, fix: FIXES[code] ?? 'see docs/lint.md', span })

/** Of what linking finds. */
const FIXES: Readonly<Record<string, string>> = {
  'missing-chain': 'add the chain to the input, or remove the jump', 'chain-loop': 'remove one of the jumps', 'misplaced-target': 'move the rule to a table that takes the target', 'rule-twice': 'remove one of the two; see which programs write rules', 'deep-chains': 'make the chains shallower, or use iptables-legacy',
}
