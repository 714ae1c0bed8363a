import type { Effect, RejectWith } from '../extensions/effect.ts'
import { sameAddress } from '../net/address.ts'
import type { Hook } from '../netfilter/hook.ts'
import type { Skb } from '../netfilter/skb.ts'
import type { RuleVerdict, Verdict } from '../netfilter/verdict.ts'
import type { CompiledChain } from '../ruleset/compile.ts'
import { confirm, trackConnection } from './conntrack.ts'
import type { CompiledStep, Kernel } from './kernel.ts'
import { KernelContext } from './matchContexts.ts'
import { bindNat, bindNull, manglePacket, manipAt, natInitialized } from './nat.ts'
import { describeRoute, routeOutput } from './routing.ts'
import type { OutputError } from './routing.ts'
import { applyTproxy, tproxyVerdict } from './tproxy.ts'
import { traverse } from './traverse.ts'
import type { EffectApplier } from './traverse.ts'

/** What becomes of a packet at a hook: `reject` for whoever must send the answer, `error` for a sender that gets an errno. */
export interface HookVerdict {
  readonly verdict: Verdict
  readonly reject: RejectWith | null
  readonly error: OutputError | null
}

const ACCEPTED: HookVerdict = { verdict: 'ACCEPT', reject: null, error: null }

const DROPPED: HookVerdict = { verdict: 'DROP', reject: null, error: null }

/** nf_hook_slow: all that is registered at a hook, in order of priority. */
export function runHook(kernel: Kernel, hook: Hook): HookVerdict {
  kernel.tell?.({ kind: 'hookEntered', hook })
  const run = new HookRun(kernel, hook)
  for (const step of kernel.fixed.steps[kernel.skb.family][hook]) {
    const result = run.step(step)
    if (result.verdict !== 'ACCEPT') return result
  }
  run.leave()
  return ACCEPTED
}

class HookRun implements EffectApplier {
  private readonly kernel: Kernel
  private readonly context: KernelContext
  private readonly hook: Hook
  private reject: RejectWith | null = null
  private nextDevice: string | null = null

  constructor(kernel: Kernel, hook: Hook) {
    this.kernel = kernel
    this.hook = hook
    this.context = new KernelContext(kernel, hook)
  }

  step({ step, base }: CompiledStep): HookVerdict {
    switch (step) {
      case 'conntrack':
        trackConnection(this.kernel)
        return ACCEPTED
      case 'confirm': return confirm(this.kernel) === 'ACCEPT' ? ACCEPTED : DROPPED
      case 'nat': return this.nat(base)
      case 'mangle': return this.hook === 'OUTPUT' ? this.mangleOutput(base) : this.table(base)
      default: return this.table(base)
    }
  }

  /** nf_hook_state.out is set once per hook: -o holds the first route's device in all tables of OUTPUT, a new route's only behind it. */
  leave(): void {
    const { nextDevice } = this
    if (nextDevice !== null) this.kernel.changeSkb((draft) => { draft.out = nextDevice })
  }

  private table(base: CompiledChain | null): HookVerdict {
    if (!base) return ACCEPTED
    const verdict = traverse(this.kernel, base, this.context, this)
    return verdict === 'ACCEPT' ? ACCEPTED : { verdict, reject: this.reject, error: null }
  }

  /** nf_nat_inet_fn: the chains see a connection's first packet only; what they bind holds for all others. */
  private nat(base: CompiledChain | null): HookVerdict {
    const { kernel, hook } = this
    const { ct } = kernel.skb
    const entry = kernel.ctOf(kernel.skb)
    if (ct?.kind !== 'entry' || !entry) return ACCEPTED
    const manip = manipAt(hook)
    const before = kernel.skb
    // RELATED falls through to NEW there, except for ICMP errors, which are translated.
    const first = ct.info === 'NEW' || (ct.info === 'RELATED' && before.icmp === null)
    if (first && !natInitialized(entry, manip)) {
      const result = this.table(base)
      if (result.verdict !== 'ACCEPT') return result
      const bound = kernel.ctOf(kernel.skb)
      if (bound && !natInitialized(bound, manip)) bindNull(kernel, bound, manip)
    }
    const [src, dst] = [before.src, before.dst]
    manglePacket(kernel, hook)
    return this.rerouted(src, dst)
  }

  /** nf_nat_ipv4_local_fn and _pre_routing: a new destination needs a new route. */
  private rerouted(src: Skb['src'], dst: Skb['dst']): HookVerdict {
    const { kernel, hook } = this
    if (sameAddress(kernel.skb.dst, dst) && sameAddress(kernel.skb.src, src)) return ACCEPTED
    if (hook === 'PREROUTING' && !sameAddress(kernel.skb.dst, dst)) kernel.changeSkb((draft) => { draft.route = null })
    return hook === 'OUTPUT' && !sameAddress(kernel.skb.dst, dst) ? this.reroute() : ACCEPTED
  }

  /** ipt_mangle_out: a changed address, mark or TOS is routed anew; in ip6t_mangle_out a changed hop limit too. */
  private mangleOutput(base: CompiledChain | null): HookVerdict {
    const { kernel } = this
    const { src, dst, mark, tos, ttl, family } = kernel.skb
    const result = this.table(base)
    if (result.verdict !== 'ACCEPT') return result
    const after = kernel.skb
    const same = sameAddress(after.src, src) && sameAddress(after.dst, dst) && after.mark === mark && after.tos === tos && (family === 4 || after.ttl === ttl)
    return same ? result : this.reroute()
  }

  verdictOf(effect: Effect): RuleVerdict {
    switch (effect.kind) {
      case 'verdict': return effect.verdict
      case 'nat': return 'ACCEPT'
      case 'tproxy': return tproxyVerdict(this.kernel, effect)
      case 'reject': return 'DROP'
      default: return 'CONTINUE'
    }
  }

  apply(effect: Effect): void {
    const { kernel } = this
    switch (effect.kind) {
      case 'set': return this.set(effect.change)
      case 'connmark': return this.connmark(effect.mark)
      case 'template': return kernel.changeSkb((draft) => { draft.ctTemplate ??= { notrack: effect.notrack, zone: effect.zone, zoneDirection: effect.zoneDirection } })
      case 'nat': return this.bind(effect)
      case 'tproxy': return applyTproxy(kernel, effect)
      case 'reject': this.reject = effect.with; return
      case 'verdict':
      case 'unknown':
    }
  }

  private set(change: Extract<Effect, { kind: 'set' }>['change']): void {
    const { kernel } = this
    const { mark } = kernel.skb
    // One by one: Object.assign costs more than the rule.
    kernel.changeSkb((draft) => { draft.mark = change.mark ?? draft.mark; draft.ttl = change.ttl ?? draft.ttl; draft.tos = change.tos ?? draft.tos })
    if (change.mark !== undefined) kernel.tell?.({ kind: 'markSet', from: mark, to: change.mark ?? 0 })
    if (change.ttl !== undefined) kernel.tell?.({ kind: 'headerSet', field: 'ttl', to: change.ttl ?? 0 })
    if (change.tos !== undefined) kernel.tell?.({ kind: 'headerSet', field: 'tos', to: change.tos ?? 0 })
  }

  private connmark(mark: number): void {
    const { kernel } = this
    const entry = kernel.ctOf(kernel.skb)
    if (!entry || entry.mark === mark) return
    const { mark: before } = entry
    kernel.cell.change((draft) => {
      const own = draft.conntrack[entry.id]
      if (own) own.mark = mark
    })
    kernel.tell?.({ kind: 'connmarkSet', from: before, to: mark })
  }

  private bind({ manip, range }: Extract<Effect, { kind: 'nat' }>): void {
    const entry = this.kernel.ctOf(this.kernel.skb)
    if (entry && !natInitialized(entry, manip)) bindNat(this.kernel, entry, range, manip)
  }

  /** ip_route_me_harder: a route for what the packet has become; without one it is dropped. */
  private reroute(): HookVerdict {
    const { kernel } = this
    const { skb } = kernel
    const route = routeOutput(kernel, { src: skb.src, dst: skb.dst, mark: skb.mark, uid: 0, device: null, source: 'any' })
    if (typeof route === 'string') {
      kernel.tell?.({ kind: 'dropped', code: 'no-route', why: `after the change there is no route to it (${route})` })
      return { verdict: 'STOLEN', reject: null, error: route }
    }
    this.nextDevice = route.device
    kernel.changeSkb((draft) => { draft.route = route.local ? 'local' : 'forward' })
    kernel.tell?.({ kind: 'routed', outcome: 'output', device: route.device, why: describeRoute(route.found) })
    return ACCEPTED
  }
}
