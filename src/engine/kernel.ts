import type { Address } from '../net/address.ts'
import type { Family } from '../net/address.ts'
import { Fib } from '../host/fib.ts'
import { isOwnAddress } from '../host/netns.ts'
import type { Netns } from '../host/netns.ts'
import type { CtEntry } from '../netfilter/ctState.ts'
import type { Skb } from '../netfilter/skb.ts'
import type { Ternary, Unknown } from '../netfilter/ternary.ts'
import { isUnknown } from '../netfilter/ternary.ts'
import type { TraceEvent, TraceStep } from '../netfilter/traceEvent.ts'
import { compile } from '../ruleset/compile.ts'
import type { CompiledRule, CompiledRuleset } from '../ruleset/compile.ts'
import { tracksConnections } from './conntrackUse.ts'
import type { StateCell } from './stateCell.ts'

/** What a namespace's kernel is made of before any packet: compiled once, shared by all walks. */
export interface CompiledNetns {
  readonly netns: Netns
  readonly fib: Fib
  readonly rulesets: Readonly<Record<Family, CompiledRuleset>>
  /** Whether conntrack's hooks are registered for a family (they are on demand). */
  readonly conntrack: Readonly<Record<Family, boolean>>
}

const EMPTY: CompiledRuleset = new Map()

export function compileNetns(netns: Netns): CompiledNetns {
  const of = (family: Family): CompiledRuleset => {
    const ruleset = netns.rulesets.find((each) => each.family === family)
    return ruleset ? compile(ruleset) : EMPTY
  }
  const tracks = (family: Family): boolean => netns.rulesets.some((each) => each.family === family && tracksConnections(each))
  return { netns, fib: new Fib(netns), rulesets: { 4: of(4), 6: of(6) }, conntrack: { 4: tracks(4), 6: tracks(6) } }
}

/** What a walk takes from outside: answers to what the input does not tell, a clock, free ports. */
export interface Environment {
  /** Decides an unknown; the same key gets the same answer. */
  choose(doubt: Unknown): boolean
  /** Seconds since 1970, or null. */
  readonly now: number | null
  /** A free port for a socket or a NAT binding. */
  freePort(): number
  /** Hears of every condition a packet was held against; behind a rule's conditions stands its target. */
  noted?(rule: CompiledRule, test: number, skb: Skb): void
  /** Hears of every packet for which a socket of this host is looked for, or that is turned to one of its ports. */
  delivered?(skb: Skb): void
}

/** A running namespace: its fixed parts, its state, and who is told. */
export class Kernel {
  readonly fixed: CompiledNetns
  readonly cell: StateCell
  readonly environment: Environment
  /** The ports of this host to which rules have turned packets (REDIRECT, DNAT, TPROXY), in order. */
  readonly handedTo: number[] = []
  /** What rules were asked to remember and had nothing of yet (limit, recent, nth): a running host may have. */
  readonly unremembered = new Set<string>()
  private readonly observer: ((event: TraceEvent) => void) | null

  constructor(fixed: CompiledNetns, cell: StateCell, environment: Environment, observer: ((event: TraceEvent) => void) | null) {
    this.fixed = fixed
    this.cell = cell
    this.environment = environment
    this.observer = observer
  }

  get watched(): boolean {
    return this.observer !== null
  }

  /** The packet under way. */
  get skb(): Skb {
    const { skb } = this.cell.state
    if (!skb) throw new Error('no packet is under way')
    return skb
  }

  /** A rule has turned a packet to a port of this host. */
  handTo(port: number): void {
    this.handedTo.push(port)
    this.environment.delivered?.(this.skb)
  }

  changeSkb(recipe: (skb: Skb) => void): void {
    this.cell.change((draft) => { if (draft.skb) recipe(draft.skb) })
  }

  /** Tells the observer; the step is made only when there is one. */
  tell(step: () => TraceStep): void {
    if (!this.observer) return
    this.observer({ step: step(), ...this.cell.taken() })
  }

  /** A function of its own, for look-ups that may ask. */
  readonly decide = (answer: Ternary): boolean => {
    if (!isUnknown(answer)) return answer
    const decided = this.environment.choose(answer)
    this.tell(() => ({ kind: 'decided', doubt: answer, answer: decided }))
    return decided
  }

  ctOf(skb: Skb): CtEntry | null {
    return skb.ct?.kind === 'entry' ? (this.cell.state.conntrack[skb.ct.id] ?? null) : null
  }

  /** A sysctl of an interface, or what it is without being set. */
  sysctl(name: string, fallback: number): number {
    return this.fixed.netns.sysctls[name] ?? fallback
  }

  /** conf.all and conf.DEV together, the larger one (IN_DEV_MAXCONF). */
  deviceSysctl(device: string, name: string): number {
    return Math.max(this.sysctl(`net.ipv4.conf.all.${name}`, 0), this.sysctl(`net.ipv4.conf.${device}.${name}`, 0))
  }

  isOwnAddress(address: Address): boolean {
    return isOwnAddress(this.fixed.netns, address)
  }
}
