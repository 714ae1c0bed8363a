import { parseAddress } from '../net/address.ts'
import type { Address, Family } from '../net/address.ts'
import { compileNetns, withListeners } from '../engine/kernel.ts'
import type { CompiledNetns } from '../engine/kernel.ts'
import type { Fate } from '../engine/packetPath.ts'
import type { Netns } from '../host/netns.ts'
import type { MeshProfile } from '../proxy/meshProfile.ts'
import { assumedListeners } from '../world/assumedListeners.ts'
import { assumedNetns } from '../world/assumedNetns.ts'
import type { Connection } from '../world/connection.ts'
import { protocolOf } from '../world/firstPacket.ts'
import { capturePorts } from '../world/detectProfile.ts'
import type { Assumption } from '../world/outcome.ts'
import type { Choose } from '../world/explore.ts'
import { profileOf } from '../world/profileOf.ts'
import type { Question } from '../world/question.ts'
import { firstFateIn, outcomesIn, traceIn } from '../world/traceConnection.ts'
import type { TracedOutcome } from '../world/traceConnection.ts'
import type { Listening } from '../world/walkEnvironment.ts'

/** A namespace in which connections can be walked. */
export interface Walks {
  readonly netns: Netns
  readonly profile: MeshProfile
  /** Every way a connection can go; `listener` hears what that rested on. */
  outcomes(connection: Connection, listener: Listening): readonly TracedOutcome[]
  /** The same with its trace. */
  trace(connection: Connection): readonly TracedOutcome[]
}

/** Rules and what is known of their namespace, made ready for many connections. */
export class Walker implements Walks {
  readonly netns: Netns
  readonly profile: MeshProfile
  /** What was taken for granted of the namespace, whatever the connection. */
  readonly assumptions: readonly Assumption[]
  private readonly fixed: CompiledNetns
  private readonly question: Omit<Question, 'connection'>
  private readonly captured: readonly number[]
  private readonly byPort = new Map<number, CompiledNetns>()

  constructor(question: Omit<Question, 'connection'>, family: Family) {
    const own = ownAddresses(question, family)
    this.question = { ...question, given: { ...question.given, podAddresses: own.addresses } }
    const sample = sampleConnection(own.addresses.find((each) => each.family === family) ?? PLACEHOLDER[family])
    const { profile, assumptions: known } = profileOf({ ...this.question, connection: sample })
    const { netns, assumptions } = assumedNetns({ ...this.question, connection: sample }, profile)
    this.netns = netns
    this.profile = profile
    this.fixed = compileNetns(netns)
    this.captured = capturePorts(netns.rulesets).map(({ port }) => port)
    this.assumptions = [...own.assumptions, ...assumptions.filter(({ code }) => code !== 'assume-app-listens'), ...APP_LISTENS.filter(() => question.facts.listeners === null), ...known]
  }

  outcomes(connection: Connection, listener: Listening): readonly TracedOutcome[] {
    const profile = this.profileFor(connection)
    return outcomesIn(this.fixedFor(profile, connection), profile, connection, listener)
  }

  /** What becomes of its first packet in this namespace; `choose` answers what the rules leave to chance and what is not known. */
  firstFate(connection: Connection, choose: Choose): Fate | null {
    const profile = this.profileFor(connection)
    return firstFateIn(this.fixedFor(profile, connection), profile, connection, choose)
  }

  trace(connection: Connection): readonly TracedOutcome[] {
    const profile = this.profileFor(connection)
    return traceIn(this.fixedFor(profile, connection), profile, connection, [], 'steps').outcomes
  }

  /** Where no sockets are shown, the app listens on the port asked for. */
  private fixedFor(profile: MeshProfile, connection: Connection): CompiledNetns {
    if (profile !== this.profile) return withListeners(this.fixed, assumedListeners(this.question.facts, profile, connection, this.captured, []))
    const key = protocolOf(connection) * 65_536 + connection.dport
    const known = this.byPort.get(key)
    if (known) return known
    const made = withListeners(this.fixed, assumedListeners(this.question.facts, profile, connection, this.captured, []))
    if (this.byPort.size < MOST_PORTS) this.byPort.set(key, made)
    return made
  }

  /** A tunnel's target and a cluster's dial depend on the connection. */
  private profileFor(connection: Connection): MeshProfile {
    return this.profile.tunnel || this.question.given.envoy ? profileOf({ ...this.question, connection }).profile : this.profile
  }
}

/** So many ports' sockets are kept. */
const MOST_PORTS = 4096

const PLACEHOLDER: Readonly<Record<Family, Address>> = { 4: addressFrom('192.0.2.2'), 6: addressFrom('2001:db8::2') }

function addressFrom(text: string): Address {
  const address = parseAddress(text)
  if (!address) throw new Error(`${text} is no address`)
  return address
}

const APP_LISTENS: readonly Assumption[] = [{ code: 'assume-app-listens', message: 'the app listens on every port of every address that is not the proxy\'s (add the output of `ss -lntupe --inet-sockopt`)' }]

function ownAddresses({ given, facts }: Omit<Question, 'connection'>, family: Family): { readonly addresses: readonly Address[]; readonly assumptions: readonly Assumption[] } {
  if (facts.interfaces !== null || given.podAddresses.some((each) => each.family === family)) return { addresses: given.podAddresses, assumptions: [] }
  const [only, ...more] = facts.pods.flatMap(({ address }) => (address?.family === family ? [address] : []))
  if (only && more.length === 0) return { addresses: [...given.podAddresses, only], assumptions: [] }
  const text = family === 4 ? '192.0.2.2' : '2001:db8::2'
  return { addresses: [...given.podAddresses, PLACEHOLDER[family]], assumptions: [{ code: 'assume-pod-address', message: `the pod's own address is not known: it is written ${text} here (--pod-ip ADDR tells it)` }] }
}

/** Of a ping no port is known to be the app's. */
const sampleConnection = (dst: Address): Connection => ({
  origin: 'remote', proto: 'icmp', src: addressFrom(dst.family === 4 ? '203.0.113.9' : '2001:db8:ffff::9'), sport: null, dst, dport: 0, uid: 0, gid: 0, in: null, mark: 0, transparent: false, tcpFlags: null, length: null, at: null, ctState: 'NEW',
})
