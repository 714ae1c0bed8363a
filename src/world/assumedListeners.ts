import { isAnyAddress } from '../net/address.ts'
import type { Family } from '../net/address.ts'
import { Protocol } from '../net/protocol.ts'
import type { HostFacts } from '../host/hostFacts.ts'
import type { ListeningSocket } from '../host/listeningSocket.ts'
import type { Listener } from '../host/netns.ts'
import { isProxyProcess } from '../proxy/meshProfile.ts'
import type { MeshProfile } from '../proxy/meshProfile.ts'
import type { Connection } from './connection.ts'
import type { Assumption } from './outcome.ts'
import { APP, listener, proxyListeners } from './proxyListeners.ts'
import type { Program } from './proxyListeners.ts'

/** The sockets of the namespace: as the transcript shows them, else as the mesh has them and with the app on the port asked for. */
export function assumedListeners(facts: HostFacts, profile: MeshProfile, connection: Connection, captured: readonly number[], assumptions: Assumption[]): readonly Listener[] {
  if (facts.listeners) return facts.listeners.map((socket) => completed(socket, facts, profile))
  const proxy = profile.mode === null ? [] : FAMILIES.flatMap((family) => proxyListeners(profile, family))
  if (profile.mode !== null) assumptions.push({ code: 'assume-proxy-listens', message: `the proxy listens on its ports (${[profile.inboundPort, profile.outboundPort, ...profile.ownPorts].join(', ')}) as uid ${profile.uid}, gid ${profile.gid} (add the output of \`ss -lntupe --inet-sockopt\`)` })
  const unknown = [...new Set(captured)].filter((port) => !proxy.some((listener) => listener.port === port))
  for (const port of unknown) assumptions.push({ code: 'assume-unknown-proxy', message: `something listens on port ${port}, to which the rules turn connections; what it does with them is not known (add the output of \`ss -lntupe --inet-sockopt\`)` })
  const all = [...proxy, ...unknown.flatMap((port) => FAMILIES.flatMap((family) => [Protocol.tcp, Protocol.udp].map((protocol) => listener(family, protocol, port, UNKNOWN))))]
  if (connection.proto === 'icmp' || all.some(({ port, protocol }) => port === connection.dport && protocol === protocolNumber(connection))) return all
  assumptions.push({ code: 'assume-app-listens', message: `the app listens on port ${connection.dport} of every address (add the output of \`ss -lntupe --inet-sockopt\`)` })
  return [...all, ...FAMILIES.map((family) => listener(family, protocolNumber(connection), connection.dport, APP))]
}

const FAMILIES: readonly Family[] = [4, 6]

const protocolNumber = ({ proto }: Connection): number => (proto === 'udp' ? Protocol.udp : Protocol.tcp)

const UNKNOWN: Program = { process: 'proxy', uid: 0, gid: 0, mark: 0 }

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

const defaultUid = (process: string, profile: MeshProfile): number => (isProxyProcess(process) ? profile.uid : process === 'agent' ? profile.gid : APP.uid)

const PROGRAMS: Readonly<Record<string, string>> = { envoy: 'envoy', 'pilot-agent': 'agent', ztunnel: 'ztunnel', 'linkerd2-proxy': 'linkerd-proxy', 'linkerd-proxy': 'linkerd-proxy' }

/** By the program's own name, else by the mesh's ports. */
function roleOf({ process, port, address }: ListeningSocket, profile: MeshProfile): string {
  const known = process === null ? undefined : PROGRAMS[process]
  if (known !== undefined) return known
  if (profile.mode === 'AMBIENT') return [15001, 15006, 15008, 15053].includes(port) ? 'ztunnel' : 'app'
  if (port === profile.inboundPort || port === profile.outboundPort || profile.ownPorts.includes(port)) return profile.process
  if (profile.agentPorts.includes(port)) return 'agent'
  return port === 22 && isAnyAddress(address) ? 'sshd' : 'app'
}
