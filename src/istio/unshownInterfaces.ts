import type { Diagnostic, Read } from '../netfilter/diagnostic.ts'
import type { Chain, IpMatch, Rule, Ruleset, Table } from '../netfilter/ruleset.ts'
import { printRule } from '../ruleset/print.ts'

/** -i and -o as the program that made a rule always gives them there. */
type Interfaces = Pick<IpMatch, 'in' | 'out'>

const NONE: Interfaces = {}
const IN_LO: Interfaces = { in: { value: 'lo', negated: false } }
const OUT_LO: Interfaces = { out: { value: 'lo', negated: false } }

/** A rule's text without interfaces, and those it has; the first that fits counts. */
type Known = readonly (readonly [RegExp, Interfaces])[]

const OWNER = String.raw`-m owner --[ug]id-owner \d+`
const NOT_LOCALHOST = String.raw`! -d (?:127\.0\.0\.1/32|::1/128)`
const PASSTHROUGH = String.raw`-s (?:127\.0\.0\.6/32|::6/128)`

/** istio-iptables of every version (pkg/… capture/run.go): the only interface in its own chains is lo. */
const ISTIO_NAT_OUTPUT: Known = [
  [new RegExp(`^${PASSTHROUGH} .*-j RETURN$`), OUT_LO],
  [new RegExp(`^${NOT_LOCALHOST} .*-j ISTIO_(?:IN_)?REDIRECT$`), OUT_LO],
  [/-m owner ! --[ug]id-owner \d+.*-j RETURN$/, OUT_LO],
  [/./, NONE],
]
const ISTIO_MANGLE_INBOUND: Known = [[new RegExp(`^${PASSTHROUGH} `), IN_LO], [/-m mark ! --mark 0x\w+ -j RETURN$/, IN_LO], [/./, NONE]]
const MANGLE_OUTPUT: Known = [[/-m mark --mark 0x\w+ -j RETURN$/, OUT_LO], [new RegExp(`^${NOT_LOCALHOST} .*${OWNER} -j MARK `), OUT_LO], [/-j CONNMARK --restore-mark/, NONE]]
const MANGLE_PREROUTING: Known = [[/-m mark --mark 0x\w+ -j CONNMARK --save-mark/, NONE], [/-m conntrack --ctstate INVALID -j (?:DROP|ISTIO_DROP)$/, NONE]]

/** linkerd2-proxy-init says in a comment what a rule is for. */
const LINKERD_OUTPUT: Known = [[/proxy-init\/ignore-loopback\//, OUT_LO], [/proxy-init\/(?:ignore-proxy-user-id|ignore-port|redirect-all-outgoing)/, NONE]]

/** In a chain of the mesh or of kube-proxy, or where one is jumped to from a built-in chain, what stands there is theirs. */
function knownOf(table: Table, chain: Chain): Known {
  if (/^KUBE-/.test(chain.name) || chain.name === 'PROXY_INIT_REDIRECT') return [[/./, NONE]]
  if (chain.name === 'PROXY_INIT_OUTPUT') return LINKERD_OUTPUT
  if (chain.name === 'ISTIO_OUTPUT' && table.name === 'nat') return ISTIO_NAT_OUTPUT
  if (chain.name === 'ISTIO_INBOUND' && table.name === 'mangle') return ISTIO_MANGLE_INBOUND
  if (/^ISTIO_/.test(chain.name)) return [[/./, NONE]]
  // What goes from a built-in chain to ISTIO_REDIRECT is of virtual interfaces (-k), and names one.
  const jumps: Known = [[/-[jg] (?:ISTIO_(?!REDIRECT$)|KUBE-|PROXY_INIT_)\S+$|-m addrtype --dst-type LOCAL -j DOCKER$/, NONE]]
  if (table.name !== 'mangle' || !table.chains.some(({ name }) => name.startsWith('ISTIO_'))) return jumps
  return chain.name === 'OUTPUT' ? [...MANGLE_OUTPUT, ...jumps] : chain.name === 'PREROUTING' ? [...MANGLE_PREROUTING, ...jumps] : jumps
}

/**
 * A listing without -v leaves out -i and -o. Rules that Istio, Linkerd, kube-proxy and Docker make get the interfaces these always give them;
 * of any other rule it stays unknown whether it asks for one, and a walk forks on it.
 */
export function restoreInterfaces(ruleset: Ruleset): Read<Ruleset> {
  const diagnostics: Diagnostic[] = []
  const tables = ruleset.tables.map((table) => restoreTable(table, diagnostics))
  return { value: { ...ruleset, tables }, diagnostics }
}

function restoreTable(table: Table, diagnostics: Diagnostic[]): Table {
  const unshown = unshownRules(table)
  const [first] = unshown
  if (!first) return table
  const chains = table.chains.map((chain) => ({ ...chain, rules: chain.rules.map((rule) => restoreRule(rule, knownOf(table, chain))) }))
  const left = unshownRules({ ...table, chains }).length
  const restored = unshown.length - left
  diagnostics.push({
    code: 'interfaces-unshown', severity: 'warning', span: first.span ?? null,
    message: `table ${table.name} was listed without -v, which leaves out -i and -o: ${restored} of its rules are read with the interfaces their makers (Istio, kube-proxy and the like) always give them${left > 0 ? `, of ${left} it is unknown whether they ask for one` : ''} (list with -v, or use iptables-save)`,
  })
  return { ...table, chains }
}

const unshownRules = ({ chains }: Table): readonly Rule[] => chains.flatMap(({ rules }) => (rules.some(isUnshown) ? rules.filter(isUnshown) : NO_RULES))

const isUnshown = ({ ip }: Rule): boolean => ip.interfaces === 'unshown'

const NO_RULES: readonly Rule[] = []

function restoreRule(rule: Rule, known: Known): Rule {
  if (rule.ip.interfaces !== 'unshown') return rule
  const text = printRule(rule)
  const [, interfaces] = known.find(([pattern]) => pattern.test(text)) ?? []
  if (!interfaces) return rule
  const { protocol, source, destination, fragment } = rule.ip
  return { ...rule, ip: { ...(protocol && { protocol }), ...(source && { source }), ...(destination && { destination }), ...interfaces, ...(fragment && { fragment }) } }
}
