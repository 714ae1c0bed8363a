import { printAddress, printRule } from '../core.ts'
import type { Address, HostFacts, MeshProfile, Ruleset } from '../core.ts'
import type { Suggestion, Suggestions } from './protocol.ts'

/** Rules beyond these are not looked through for ports. */
const MOST_RULES = 2000

const MOST_SUGGESTED = 24

/** The pod of the examples, where a text names no address. */
const EXAMPLE = { pod: '10.20.0.77', client: '10.20.0.78', port: 18080 } as const

/** Connections the text itself suggests: to the pod, to ports with rules, to Services; by the proxy and by the app. */
export function suggestionsFor(rulesets: readonly Ruleset[], facts: HostFacts, { uid, process, mesh }: MeshProfile): Suggestions {
  const texts = ruleTexts(rulesets)
  const own = ownAddresses(facts)
  const pods = own.length > 0 ? own.map(printAddress) : [EXAMPLE.pod]
  const services = [...serviceEnds(facts), ...destinations(texts)]
  const ports = mentionedPorts(texts)
  const ends: Suggestion[] = pods.flatMap((pod) => [{ value: endpoint(pod, EXAMPLE.port), label: '' }, ...ports.map((port) => ({ value: endpoint(pod, port), label: '' }))])
  const node = mesh === null && services.length > 0
  return {
    from: distinct([{ value: node ? '203.0.113.7' : EXAMPLE.client, label: '' }, ...pods.map((value) => ({ value, label: 'pod' })), { value: '127.0.0.1', label: 'localhost' }]),
    to: distinct(node ? [...services, ...ends] : [...ends.slice(0, 1), ...services, ...ends, { value: '203.0.113.9:443', label: '' }, { value: `127.0.0.1:${EXAMPLE.port}`, label: 'localhost' }]),
    uid: distinct([{ value: `${uid}`, label: process }, { value: '1000', label: 'app' }, { value: '0', label: 'root' }]),
  }
}

const endpoint = (address: string, port: number): string => (address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`)

function distinct(all: readonly Suggestion[]): readonly Suggestion[] {
  return [...new Map(all.toReversed().map((each) => [each.value, each])).values()].toReversed().slice(0, MOST_SUGGESTED)
}

function ruleTexts(rulesets: readonly Ruleset[]): readonly string[] {
  const texts: string[] = []
  for (const { tables } of rulesets) for (const { chains } of tables) for (const { rules } of chains) for (const rule of rules) {
    if (texts.length >= MOST_RULES) return texts
    texts.push(printRule(rule))
  }
  return texts
}

/** The namespace's own addresses, as far as the text shows them. */
function ownAddresses({ interfaces, pods }: HostFacts): readonly Address[] {
  const shown = interfaces?.filter(({ name }) => name !== 'lo').flatMap(({ addresses }) => addresses.map(({ address }) => address)) ?? []
  return shown.length > 0 ? shown : pods.flatMap(({ address }) => (address ? [address] : []))
}

const mentionedPorts = (texts: readonly string[]): readonly number[] => [...new Set(texts.flatMap((text) => [...text.matchAll(/--dports? ([\d,]+)/g)].flatMap(([, ports = '']) => ports.split(',').map(Number))))]

/** "-d 10.96.0.1/32 … --dport 443": a Service's address and port. */
const destinations = (texts: readonly string[]): readonly Suggestion[] =>
  texts.flatMap((text) => {
    const [, address, port] = /^-d ([\d.]+)\/32 .*--dport (\d+)/.exec(text) ?? []
    return address === undefined || address.startsWith('127.') ? [] : [{ value: `${address}:${port}`, label: '' }]
  })

const serviceEnds = ({ services }: HostFacts): readonly Suggestion[] =>
  services.flatMap(({ clusterIp, ports, name }) => (clusterIp ? ports.map(({ port }) => ({ value: endpoint(printAddress(clusterIp), port), label: name })) : []))
