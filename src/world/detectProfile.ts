import { targetExtension } from '../extensions/registry.ts'
import type { Chain, Rule, Ruleset } from '../netfilter/ruleset.ts'
import type { Listener } from '../host/netns.ts'
import { ISTIO, MESHES } from '../proxy/meshes.ts'
import type { Mesh } from '../proxy/meshes.ts'
import type { MeshProfile, Mode } from '../proxy/meshProfile.ts'
import { printRule } from '../ruleset/print.ts'
import { onceFor } from '../ruleset/onceFor.ts'

/** A port of this host to which a rule turns packets. */
export interface CapturePort {
  readonly port: number
  readonly chain: string
  readonly how: 'redirect' | 'tproxy'
  /** The mark TPROXY gives. */
  readonly mark?: number
}

/** Every port that REDIRECT, DNAT to loopback, or TPROXY names. */
export function capturePorts(rulesets: readonly Ruleset[]): readonly CapturePort[] {
  return rulesets.flatMap(portsOf)
}

const portsOf = onceFor((ruleset: Ruleset): readonly CapturePort[] => ruleset.tables.flatMap((table) => table.chains.flatMap((chain) => chain.rules.flatMap((rule) => portOf(chain, rule)))))

function portOf(chain: Chain, rule: Rule): CapturePort[] {
  const capture = captureOf(rule)
  return capture ? [{ ...capture, chain: chain.name }] : []
}

/** The port of this host that a rule's own target names; null: none. */
export function captureOf({ target }: Pick<Rule, 'target'>): Omit<CapturePort, 'chain'> | null {
  return target?.kind === 'extension' ? (targetExtension(target.name)?.capture?.(target.info) ?? null) : null
}

function chainNames(rulesets: readonly Ruleset[]): readonly string[] {
  return rulesets.flatMap((ruleset) => ruleset.tables.flatMap((table) => table.chains.map((chain) => chain.name)))
}

function modeOf(chains: readonly string[], ports: readonly CapturePort[], mesh: Mesh | null): Mode | null {
  if (chains.includes('ISTIO_PRERT')) return 'AMBIENT'
  if (ports.some(({ how }) => how === 'tproxy')) return 'TPROXY'
  if (ports.length > 0 && (mesh || ports.some(({ port }) => port === ISTIO.inbound.port || port === ISTIO.outbound.port))) return 'REDIRECT'
  return mesh ? 'NONE' : null
}

/** The id that the owner rules name: the proxy is meant to run as it. Of several the usual one, else the first. */
function namedId(rulesets: readonly Ruleset[], option: '--uid-owner' | '--gid-owner', usual: number): number | null {
  const texts = rulesets.flatMap((ruleset) => ruleset.tables.flatMap((table) => table.chains.flatMap((chain) => chain.rules.map(printRule))))
  const ids = new Set(texts.flatMap((text) => [...text.matchAll(new RegExp(`(?<!! )${option} (\\d+)(?= |$)`, 'g'))].map(([, id]) => Number(id))))
  const [one] = ids
  return ids.has(usual) ? usual : (one ?? null)
}

/** What is known of the proxy, from the rules and from its sockets where the transcript shows them. */
export function detectProfile(rulesets: readonly Ruleset[], listeners: readonly Listener[] | null): MeshProfile {
  const ports = capturePorts(rulesets)
  const chains = chainNames(rulesets)
  const known = MESHES.find((each) => chains.some((name) => each.chains.test(name))) ?? null
  const mode = modeOf(chains, ports, known)
  const mesh = known ?? ISTIO
  if (mode === 'AMBIENT') return ambientProfile()
  const inboundPort = ports.find(({ chain, how }) => how === 'tproxy' || mesh.inbound.chain.test(chain))?.port ?? mesh.inbound.port
  const outboundPort = ports.find(({ chain }) => mesh.outbound.chain.test(chain))?.port ?? mesh.outbound.port
  const transparent = listeners ? listeners.some((socket) => socket.port === inboundPort && socket.transparent) : mode === 'TPROXY'
  // Sockets tell more than a rule's intent, and rules of no known mesh name ids for any reason.
  const named = known && !listeners ? { uid: namedId(rulesets, '--uid-owner', mesh.uid), gid: namedId(rulesets, '--gid-owner', mesh.gid) } : { uid: null, gid: null }
  return {
    mode, mesh: known?.name ?? null, process: mesh.process, inboundPort, outboundPort, ownPorts: mesh.ownPorts, agentPorts: mesh.agentPorts,
    // The injector runs a TPROXY proxy as root with the mesh's group.
    uid: transparent ? 0 : (named.uid ?? mesh.uid),
    gid: named.gid ?? (transparent ? mesh.gid : (named.uid ?? mesh.gid)),
    capturePorts: [...new Set([inboundPort, outboundPort, ...(mesh.dnsPort === null ? [] : [mesh.dnsPort]), ...(known ? [] : ports.map(({ port }) => port))])],
    inbound: transparent ? { to: 'original', from: { kind: 'client', mark: 1337 } } : mesh.dial,
    passthrough: null,
    refuses: (listener, port) => listener === port,
    tunnel: null,
    configuration: null,
    socketMark: 0,
  }
}

/** ztunnel in the pod: no owner rules, the mark of its sockets tells it. */
const ambientProfile = (): MeshProfile => ({
  mode: 'AMBIENT', mesh: ISTIO.name, process: 'ztunnel', uid: 0, gid: 0, inboundPort: 15006, outboundPort: 15001, ownPorts: [], agentPorts: [],
  capturePorts: [15006, 15001, 15008, 15053],
  inbound: { to: 'original', from: { kind: 'client', mark: 0x539 } },
  passthrough: null,
  refuses: (_, port) => port === 15001 || port === 15006 || port === 15008,
  tunnel: { port: 15008, to: null },
  configuration: null,
  socketMark: 0x539,
})
