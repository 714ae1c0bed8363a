import { ipv4, parseAddress } from '../net/address.ts'
import { targetExtension } from '../extensions/registry.ts'
import type { Chain, Rule, Ruleset } from '../netfilter/ruleset.ts'
import type { Listener } from '../host/netns.ts'
import type { InboundDial, MeshProfile, Mode } from '../proxy/meshProfile.ts'

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
  return rulesets.flatMap((ruleset) => ruleset.tables.flatMap((table) => table.chains.flatMap((chain) => chain.rules.flatMap((rule) => portOf(chain, rule)))))
}

function portOf(chain: Chain, { target }: Rule): CapturePort[] {
  if (target?.kind !== 'extension') return []
  const capture = targetExtension(target.name)?.capture?.(target.info)
  return capture ? [{ ...capture, chain: chain.name }] : []
}

const MODE_NONE_CHAINS = /^ISTIO_/

function modeOf(rulesets: readonly Ruleset[], ports: readonly CapturePort[], istio: boolean): Mode | null {
  const chains = rulesets.flatMap((ruleset) => ruleset.tables.flatMap((table) => table.chains.map((chain) => chain.name)))
  if (chains.includes('ISTIO_PRERT')) return 'AMBIENT'
  if (ports.some(({ how }) => how === 'tproxy')) return 'TPROXY'
  if (ports.some(({ port, chain }) => istio || port === 15006 || port === 15001 || MODE_NONE_CHAINS.test(chain))) return 'REDIRECT'
  return istio ? 'NONE' : null
}

const V4_PASSTHROUGH = ipv4(0x7f000006)
const V6_PASSTHROUGH = parseAddress('::6') ?? V4_PASSTHROUGH
const FROM_127_0_0_6: InboundDial['from'] = { kind: 'address', v4: V4_PASSTHROUGH, v6: V6_PASSTHROUGH }

/** What is known of the proxy, from the rules and from its sockets where the transcript shows them. */
export function detectProfile(rulesets: readonly Ruleset[], listeners: readonly Listener[] | null): MeshProfile {
  const ports = capturePorts(rulesets)
  const istio = rulesets.some((ruleset) => ruleset.tables.some((table) => table.chains.some((chain) => MODE_NONE_CHAINS.test(chain.name))))
  const mode = modeOf(rulesets, ports, istio)
  const inboundPort = mode === 'AMBIENT' ? 15006 : ports.find(({ chain, how }) => how === 'tproxy' || chain === 'ISTIO_IN_REDIRECT')?.port ?? 15006
  const outboundPort = ports.find(({ chain }) => chain === 'ISTIO_REDIRECT')?.port ?? 15001
  const transparent = listeners ? listeners.some((socket) => socket.port === inboundPort && socket.transparent) : mode === 'TPROXY'
  const ambient = mode === 'AMBIENT'
  return {
    mode,
    uid: ambient || transparent ? 0 : 1337,
    gid: ambient ? 0 : 1337,
    inboundPort,
    outboundPort,
    ownPorts: [15021, 15090, 15000],
    agentPorts: [15020, 15053, 15004],
    capturePorts: [...new Set([inboundPort, outboundPort, 15053, ...(ambient ? [15008] : [])])],
    inbound: { to: 'original', from: ambient ? { kind: 'client', mark: 0x539 } : transparent ? { kind: 'client', mark: 1337 } : FROM_127_0_0_6 },
    refuses: ambient ? (_, port) => port === 15001 || port === 15006 || port === 15008 : (listener, port) => listener === port,
    tunnel: ambient ? { port: 15008, to: null } : null,
    socketMark: ambient ? 0x539 : 0,
  }
}
