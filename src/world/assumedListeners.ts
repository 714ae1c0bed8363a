import { anyAddress, isAnyAddress, loopbackAddress } from '../net/address.ts'
import type { Family } from '../net/address.ts'
import { Protocol } from '../net/protocol.ts'
import type { HostFacts } from '../host/hostFacts.ts'
import type { ListeningSocket } from '../host/listeningSocket.ts'
import type { Listener, NetInterface } from '../host/netns.ts'
import { isProxyProcess } from '../proxy/meshProfile.ts'
import type { MeshProfile } from '../proxy/meshProfile.ts'
import type { Connection } from './connection.ts'
import type { Assumption } from './outcome.ts'

/** The sockets of the namespace: as the transcript shows them, else as the mesh has them and with the app on the port asked for. */
export function assumedListeners(facts: HostFacts, profile: MeshProfile, connection: Connection, interfaces: readonly NetInterface[], assumptions: Assumption[]): readonly Listener[] {
  if (facts.listeners) return facts.listeners.map((socket) => completed(socket, facts, profile))
  const proxy = profile.mode === null ? [] : FAMILIES.flatMap((family) => proxyListeners(profile, family, connection.dport))
  const taken = proxy.some(({ port, protocol }) => port === connection.dport && protocol === protocolNumber(connection))
  if (profile.mode !== null) assumptions.push({ code: 'assume-proxy-listens', message: `the proxy listens on its ports (${[profile.inboundPort, profile.outboundPort, ...profile.ownPorts].join(', ')}) as uid ${profile.uid}, gid ${profile.gid} (add the output of \`ss -lntupe --inet-sockopt\`)` })
  if (connection.proto === 'icmp' || taken || interfaces.length === 0) return proxy
  assumptions.push({ code: 'assume-app-listens', message: `the app listens on port ${connection.dport} of every address (add the output of \`ss -lntupe --inet-sockopt\`)` })
  return [...proxy, ...FAMILIES.map((family) => listener(family, protocolNumber(connection), connection.dport, APP))]
}

const FAMILIES: readonly Family[] = [4, 6]

const protocolNumber = ({ proto }: Connection): number => (proto === 'udp' ? Protocol.udp : Protocol.tcp)

interface Program {
  readonly process: string
  readonly uid: number
  readonly gid: number
  readonly mark: number
}

const APP: Program = { process: 'app', uid: 1000, gid: 1000, mark: 0 }

const listener = (family: Family, protocol: number, port: number, { process, uid, gid, mark }: Program): Listener => ({
  protocol, address: anyAddress(family), port, v6only: true, transparent: false, mark, uid, gid, process, device: null,
})

function proxyListeners(profile: MeshProfile, family: Family, asked: number): Listener[] {
  const proxy: Program = { process: profile.mode === 'AMBIENT' ? 'ztunnel' : 'envoy', uid: profile.uid, gid: profile.gid, mark: profile.socketMark }
  const agent: Program = { process: 'agent', uid: 1337, gid: 1337, mark: 0 }
  const transparent = profile.inbound.from.kind === 'client'
  const tcp = (port: number, program: Program): Listener => ({ ...listener(family, Protocol.tcp, port, program), transparent: transparent && isProxyProcess(program.process) })
  if (profile.mode === 'AMBIENT') return [15001, 15006, 15008].map((port) => tcp(port, proxy)).concat(dns(family, proxy))
  const own = [profile.inboundPort, profile.outboundPort, 15021, 15090].map((port) => tcp(port, proxy))
  const local = [15000, ...(asked === 15004 ? [15004] : [])].map((port) => ({ ...tcp(port, port === 15000 ? proxy : agent), transparent: false, address: loopbackAddress(family) }))
  return [...own, ...local, tcp(15020, agent), ...dns(family, agent)]
}

const dns = (family: Family, program: Program): Listener[] =>
  [Protocol.tcp, Protocol.udp].map((protocol) => ({ ...listener(family, protocol, 15053, program), address: loopbackAddress(family) }))

/** What ss does not print: which program it is in the mesh's words, and its group. */
function completed(socket: ListeningSocket, facts: HostFacts, profile: MeshProfile): Listener {
  const ids = facts.ids.find(({ pid }) => pid !== null && pid === socket.pid)
  const process = roleOf(socket, profile)
  const uid = socket.uid ?? ids?.uid ?? defaultUid(process, profile)
  // A proxy that runs as root has the mesh's group (Istio's injector: runAsGroup 1337); others have a group like their user.
  const gid = socket.gid ?? ids?.gid ?? (isProxyProcess(process) ? profile.gid : uid)
  const { protocol, address, port, v6only, transparent, mark, device } = socket
  return { protocol, address, port, v6only, transparent, mark, uid, gid, process, device }
}

const defaultUid = (process: string, profile: MeshProfile): number => (isProxyProcess(process) ? profile.uid : process === 'agent' ? 1337 : APP.uid)

const PROGRAMS: Readonly<Record<string, string>> = { envoy: 'envoy', 'pilot-agent': 'agent', ztunnel: 'ztunnel' }

/** By the program's own name, else by the mesh's ports. */
function roleOf({ process, port, address }: ListeningSocket, profile: MeshProfile): string {
  const known = process === null ? undefined : PROGRAMS[process]
  if (known !== undefined) return known
  if (profile.mode === 'AMBIENT') return [15001, 15006, 15008, 15053].includes(port) ? 'ztunnel' : 'app'
  if (port === profile.inboundPort || port === profile.outboundPort || profile.ownPorts.includes(port)) return 'envoy'
  if (profile.agentPorts.includes(port)) return 'agent'
  return port === 22 && isAnyAddress(address) ? 'sshd' : 'app'
}
