import type { Fate, PacketRole } from '../engine/packetPath.ts'
import type { NetnsState } from '../engine/state.ts'
import type { ProxyAction } from '../proxy/acceptedByProxy.ts'
import { isProxyProcess } from '../proxy/meshProfile.ts'
import type { Request } from '../proxy/request.ts'
import type { Host } from './host.ts'
import { repeatsAncestor } from './leg.ts'
import type { Dial, Leg } from './leg.ts'
import type { Accept, Result } from './outcome.ts'

/** No working mesh makes this many dials of one. */
const MAX_LEGS = 24

/** That many dials have no more steps than this, unless programs answer each other's answers for ever. */
const MAX_STEPS = 1000

/** An accept(), and where. */
export interface Reception {
  readonly accept: Accept
  /** The address and port at which it accepted, as the packet had it there. */
  readonly end: string
  readonly host: string
  readonly request: Request | null
}

/** A connection a proxy accepted, and what it did with it. */
export interface Hop {
  readonly host: string
  readonly process: string
  readonly port: number
  readonly peer: string
  readonly originalDestination: string
  readonly request: Request | null
  readonly action: ProxyAction
  /** Its own dial. */
  leg: number | null
}

/** What happens in a walk, on whichever host, and what is still to happen. */
export class WalkJournal {
  readonly legs: Leg[] = []
  readonly receptions: Reception[] = []
  /** Ports to which rules turned the connection asked about. */
  readonly handedTo: number[] = []
  readonly hops: Hop[] = []
  /** What became of the first packet on the first host it met. */
  firstFate: Fate | null = null
  loops = false
  /** How many dice have fallen. */
  dice = 0
  private readonly queue: (() => void)[] = []

  /** Puts off a step until those before it are done. */
  then(step: () => void): void {
    this.queue.push(step)
  }

  drain(): void {
    let steps = 0
    for (let next = this.queue.shift(); next; next = this.queue.shift()) {
      steps += 1
      if (steps > MAX_STEPS) {
        this.loops = true
        return
      }
      next()
    }
  }

  /** A dial begins; one that was made before on its own behalf is a loop. */
  newLeg(dial: Dial, host: Host): Leg {
    const leg: Leg = { index: this.legs.length, dial, host: host.name, memory: memoryText(host.kernel.cell.state.memory), dice: this.dice, socket: null, local: null, result: null }
    this.legs.push(leg)
    if (!repeatsAncestor(this.legs, leg) && this.legs.length <= MAX_LEGS) return leg
    this.loops = true
    leg.result = 'loop'
    return leg
  }

  /** The leg a packet belongs to, if this host dialled it. */
  legOf({ leg }: PacketRole, { name }: Host): Leg | undefined {
    return this.legs[leg]?.host === name ? this.legs[leg] : undefined
  }

  finish(leg: number, result: Result): void {
    const own = this.legs[leg]
    if (own) own.result ??= result
  }

  /** The application's: the first that is no proxy's. */
  get end(): Reception | undefined {
    return this.receptions.find(({ host, accept }) => !isProxyProcess(accept.process) && !this.hops.some((hop) => hop.host === host && hop.process === accept.process && hop.port === accept.port))
  }

  /** What Envoys did, which they log. */
  get logged(): readonly Hop[] {
    return this.hops.filter(({ process }) => isProxyProcess(process))
  }

  accepted(reception: Reception): void {
    this.receptions.push(reception)
  }

  handed(ports: readonly number[], { leg }: PacketRole): void {
    if (leg === 0) this.handedTo.push(...ports)
  }
}

/** Most rules remember nothing. */
function memoryText(memory: NetnsState['memory']): string {
  for (const _ in memory) return JSON.stringify(memory)
  return ''
}
