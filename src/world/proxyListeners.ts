import { anyAddress, loopbackAddress } from '../net/address.ts'
import type { Family } from '../net/address.ts'
import { Protocol } from '../net/protocol.ts'
import type { Listener } from '../host/netns.ts'
import type { MeshProfile } from '../proxy/meshProfile.ts'

/** Who owns a socket. */
export interface Program {
  readonly process: string
  readonly uid: number
  readonly gid: number
  readonly mark: number
}

/** An application nothing is known of. */
export const APP: Program = { process: 'app', uid: 1000, gid: 1000, mark: 0 }

/** A socket that listens on every address of a family. */
export const listener = (family: Family, protocol: number, port: number, { process, uid, gid, mark }: Program): Listener => ({
  protocol, address: anyAddress(family), port, v6only: true, transparent: false, mark, uid, gid, process, device: null,
})

/** The sockets of the mesh's proxy and agent. */
export function proxyListeners(profile: MeshProfile, family: Family): Listener[] {
  const proxy: Program = { process: profile.process, uid: profile.uid, gid: profile.gid, mark: profile.socketMark }
  const agent: Program = { process: 'agent', uid: profile.gid, gid: profile.gid, mark: 0 }
  const transparent = profile.inbound.from.kind === 'client'
  const tcp = (port: number): Listener => ({ ...listener(family, Protocol.tcp, port, proxy), transparent })
  if (profile.mode === 'AMBIENT') return [15001, 15006, 15008].map(tcp).concat(dns(family, proxy, 15053))
  const own = [profile.inboundPort, profile.outboundPort, ...profile.ownPorts.filter((port) => !ADMIN_PORTS.has(port))].map(tcp)
  const local = profile.ownPorts.filter((port) => ADMIN_PORTS.has(port)).map((port) => ({ ...tcp(port), transparent: false, address: loopbackAddress(family) }))
  const agents = profile.agentPorts.flatMap((port) => (LOCAL_AGENT_PORTS.has(port) ? dns(family, agent, port) : [listener(family, Protocol.tcp, port, agent)]))
  return [...own, ...local, ...agents]
}

/** Envoy's admin interface listens on localhost. */
const ADMIN_PORTS: ReadonlySet<number> = new Set([15000, 19000, 9901])

/** The agent's DNS and xDS debug ports too. */
const LOCAL_AGENT_PORTS: ReadonlySet<number> = new Set([15053, 15004, 8600])

const dns = (family: Family, program: Program, port: number): Listener[] =>
  [Protocol.tcp, Protocol.udp].map((protocol) => ({ ...listener(family, protocol, port, program), address: loopbackAddress(family) }))
