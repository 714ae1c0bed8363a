import type { Address } from '../net/address.ts'
import type { Family } from '../net/address.ts'
import { Fib } from '../host/fib.ts'
import { isOwnAddress } from '../host/netns.ts'
import type { Listener, Netns } from '../host/netns.ts'
import { InterfaceSysctls } from '../host/interfaceSysctls.ts'
import type { Hook } from '../netfilter/hook.ts'
import { STEPS } from '../netfilter/priority.ts'
import type { Backend, HookStep } from '../netfilter/priority.ts'
import type { CtEntry } from '../netfilter/ctState.ts'
import type { Skb } from '../netfilter/skb.ts'
import type { Ternary, Unknown } from '../netfilter/ternary.ts'
import { isUnknown } from '../netfilter/ternary.ts'
import type { TraceEvent, TraceStep } from '../netfilter/traceEvent.ts'
import type { ChainIndex } from '../ruleset/chainIndex.ts'
import { compile } from '../ruleset/compile.ts'
import type { CompiledChain, CompiledRule, CompiledRuleset } from '../ruleset/compile.ts'
import { tracksConnections } from './conntrackUse.ts'
import type { Socket } from './state.ts'
import type { StateCell } from './stateCell.ts'

/** What a namespace's kernel is made of before any packet: compiled once, shared by all walks. */
export interface CompiledNetns {
  readonly netns: Netns
  readonly fib: Fib
  /** Whether conntrack's hooks are registered for a family (they are on demand). */
  readonly conntrack: Readonly<Record<Family, boolean>>
  /** What runs at each hook, in order of priority: of the tables those that have a chain there. */
  readonly steps: Readonly<Record<Family, HookSteps>>
  readonly interfaceSysctls: InterfaceSysctls
  /** The sockets of its listeners, which no packet changes. */
  readonly listening: readonly Socket[]
}

/** A step of a hook, and the chain it begins with: none of conntrack's own, and of nat where only other hooks have one. */
export interface CompiledStep {
  readonly step: HookStep
  readonly base: CompiledChain | null
}

type HookSteps = Readonly<Record<Hook, readonly CompiledStep[]>>

const EMPTY: CompiledRuleset = new Map()

export function compileNetns(netns: Netns): CompiledNetns {
  const of = (family: Family): CompiledRuleset => {
    const ruleset = netns.rulesets.find((each) => each.family === family)
    return ruleset ? compile(ruleset) : EMPTY
  }
  const tracks = (family: Family): boolean => netns.rulesets.some((each) => each.family === family && tracksConnections(each))
  const rulesets = { 4: of(4), 6: of(6) }
  const conntrack = { 4: tracks(4), 6: tracks(6) }
  const steps = { 4: stepsOf(rulesets[4], netns.backends[4], conntrack[4]), 6: stepsOf(rulesets[6], netns.backends[6], conntrack[6]) }
  return { netns, fib: new Fib(netns), conntrack, steps, interfaceSysctls: new InterfaceSysctls(netns.sysctls), listening: netns.listeners.map(listeningSocket) }
}

/** The same namespace with other listeners. */
export const withListeners = (fixed: CompiledNetns, listeners: readonly Listener[]): CompiledNetns => ({ ...fixed, netns: { ...fixed.netns, listeners }, listening: listeners.map(listeningSocket) })

function stepsOf(rules: CompiledRuleset, backend: Backend, tracks: boolean): HookSteps {
  const nat = tracks && hasNat(rules, backend)
  const runs = (step: HookStep, hook: Hook): boolean => (step === 'conntrack' || step === 'confirm' ? tracks : step === 'nat' ? nat : rules.get(step)?.base.has(hook) === true)
  const base = (step: HookStep, hook: Hook): CompiledChain | null => (step === 'conntrack' || step === 'confirm' ? null : (rules.get(step)?.base.get(hook) ?? null))
  const at = (hook: Hook): readonly CompiledStep[] => STEPS[backend][hook].filter((step) => runs(step, hook)).map((step) => ({ step, base: base(step, hook) }))
  return { PREROUTING: at('PREROUTING'), INPUT: at('INPUT'), FORWARD: at('FORWARD'), OUTPUT: at('OUTPUT'), POSTROUTING: at('POSTROUTING') }
}

/**
 * NAT is at all its hooks as soon as one chain is at one (ipt_nat_register_lookups, nf_nat_register_fn). iptables-nft prints
 * built-in chains that are not there; only those with rules are sure to be.
 */
function hasNat(rules: CompiledRuleset, backend: Backend): boolean {
  const chains = [...(rules.get('nat')?.base.values() ?? [])]
  return backend === 'legacy' ? chains.length > 0 : chains.some((chain) => !chain.isEmpty)
}

const listeningSocket = ({ protocol, address, port, transparent, mark, uid, gid, process, v6only, device }: Listener, id: number): Socket => ({
  id, family: address.family, protocol, local: address, localPort: port, remote: null, remotePort: 0, state: 'listening', transparent, mark, uid, gid, process, v6only, device, leg: null, listener: null,
})

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
  /** Hears of rules for other hosts that were not looked at one by one. */
  skipped?(index: ChainIndex, skb: Skb): void
  /** Hears of every packet for which a socket of this host is looked for, or that is turned to one of its ports. */
  delivered?(skb: Skb): void
}

/** Who is told of every step: alone, or with what it changed in the namespace's state, so that it can be undone. */
export interface Observer {
  readonly keeps: Keeps
  tell(event: TraceEvent): void
}

export type Keeps = 'steps' | 'changes'

/** A running namespace: its fixed parts, its state, and who is told. */
export class Kernel {
  readonly fixed: CompiledNetns
  readonly cell: StateCell
  readonly environment: Environment
  /** The ports of this host to which rules have turned packets (REDIRECT, DNAT, TPROXY), in order. */
  readonly handedTo: number[] = []
  /** What rules were asked to remember and had nothing of yet (limit, recent, nth): a running host may have. */
  readonly unremembered: string[] = []
  /** Tells the observer; null where nobody listens, and then (tell?.()) nothing is worded. */
  readonly tell: ((step: TraceStep) => void) | null

  constructor(fixed: CompiledNetns, cell: StateCell, environment: Environment, observer: Observer | null) {
    this.fixed = fixed
    this.cell = cell
    this.environment = environment
    this.tell = observer && ((step) => { observer.tell({ step, ...cell.taken() }) })
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
    this.cell.changeSkb(recipe)
  }

  /** A function of its own, for look-ups that may ask. */
  readonly decide = (answer: Ternary): boolean => {
    if (!isUnknown(answer)) return answer
    const decided = this.environment.choose(answer)
    this.tell?.({ kind: 'decided', doubt: answer, answer: decided })
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
    const { interfaceSysctls } = this.fixed
    return Math.max(interfaceSysctls.value('all', name) ?? 0, interfaceSysctls.value(device, name) ?? 0)
  }

  isOwnAddress(address: Address): boolean {
    return isOwnAddress(this.fixed.netns, address)
  }
}
