import type { ChainIndex } from '../ruleset/chainIndex.ts'
import type { CompiledRule } from '../ruleset/compile.ts'
import type { Distinction } from '../extensions/distinction.ts'
import { sameAddress } from '../net/address.ts'
import type { Address } from '../net/address.ts'
import type { Skb } from '../netfilter/skb.ts'
import { ruleDistinctions } from '../ruleset/ruleDistinctions.ts'
import type { Connection } from '../world/connection.ts'
import type { Elements } from './fieldSpace.ts'
import type { Condition, RegionSpace } from './regionSpace.ts'
import type { Field } from './universe.ts'

/** A condition, and what of a packet it looks at. */
interface Looked {
  readonly of: Distinction['of']
  readonly condition: Condition
}

/** Which connections no condition of a walk tells from the one that was walked. */
export class NotedConditions {
  private readonly space: RegionSpace
  private readonly byRule = new Map<CompiledRule, readonly (readonly Looked[])[]>()
  private readonly byIndex = new Map<ChainIndex, Condition>()
  private point: readonly number[] = []
  private connection: Connection | null = null
  private left: Elements[] = []
  /** Fields in the order in which rules looked at them. */
  private looked: number[] = []

  constructor(space: RegionSpace) {
    this.space = space
  }

  begin(point: readonly number[], connection: Connection): void {
    this.point = point
    this.connection = connection
    this.left = this.space.likeInNamespaces(point)
    this.looked = []
  }

  /** Their elements, field by field. */
  get alike(): readonly Elements[] {
    return this.left
  }

  /** What rules look at last splits what they looked at before, as chains do: other fields come first. */
  get order(): readonly number[] {
    return [...[...this.left.keys()].filter((i) => !this.looked.includes(i)), ...this.looked]
  }

  readonly noted = (rule: CompiledRule, test: number, skb: Skb): void => {
    for (const { of, condition } of this.lookedAt(rule)[test] ?? []) for (const field of this.sourcesOf(of, skb)) this.narrow(field, condition)
  }

  /** Rules for other hosts than the packet's: those that no such rule is for stay together, and those of one host. */
  readonly skipped = (index: ChainIndex, skb: Skb): void => {
    const address = skb[index.end]
    const condition = index.has(address) ? this.space.hosts([address]) : this.unasked(index)
    for (const field of this.addressed(address)) this.narrow(field, condition)
  }

  private unasked(index: ChainIndex): Condition {
    const known = this.byIndex.get(index) ?? this.space.hosts(index.hosts)
    this.byIndex.set(index, known)
    return known
  }

  /** Which sockets there are, and which ports the proxy takes for its own, tells ports apart only for what is delivered here; an answer to the client's port is the client's. */
  readonly delivered = ({ dport }: Skb): void => {
    const fields: readonly Field[] = dport === this.connection?.sport && dport !== this.connection.dport ? ['sport'] : ['sport', 'dport']
    for (const condition of this.space.portsOfNamespaces) for (const field of fields) this.narrow(field, condition)
  }

  private narrow(field: Field, condition: Condition): void {
    const inside = condition[field]
    const i = this.space.fields.indexOf(field)
    if (inside === undefined || i < 0) return
    const [before = 0n, after] = [this.left[i], (this.left[i] ?? 0n) & this.space.alike(field, inside, this.point[i] ?? 0)]
    if (after === before) return
    this.left[i] = after
    if (!this.looked.includes(i)) this.looked.push(i)
  }

  private lookedAt(rule: CompiledRule): readonly (readonly Looked[])[] {
    const known = this.byRule.get(rule)
    if (known) return known
    const made = ruleDistinctions(rule.rule).map((distinctions) => distinctions.flatMap((each) => this.space.conditions(each).map((condition) => ({ of: each.of, condition }))))
    this.byRule.set(rule, made)
    return made
  }

  /** From which of the connection's fields a packet's value may have come: those that have the same one. What has none of theirs is fixed. */
  private sourcesOf(of: Distinction['of'], skb: Skb): readonly Field[] {
    switch (of) {
      case 'src': return this.addressed(skb.src)
      case 'dst': return this.addressed(skb.dst)
      case 'sport': return this.onPort(skb.sport)
      case 'dport': return this.onPort(skb.dport)
      case 'uid': return skb.owner && skb.owner.kind !== 'kernel' && skb.owner.uid === this.connection?.uid ? ['uid'] : []
      case 'gid': return skb.owner && skb.owner.kind !== 'kernel' && skb.owner.gid === this.connection?.gid ? ['gid'] : []
      case 'mark': return ['mark']
      case 'address': return ['src', 'dst']
      case 'port': return ['sport', 'dport']
      case 'set': return ['src', 'dst', 'sport', 'dport', 'mark']
    }
  }

  private addressed(address: Address): readonly Field[] {
    const { connection } = this
    return [...(connection?.src && sameAddress(connection.src, address) ? ['src' as const] : []), ...(connection && sameAddress(connection.dst, address) ? ['dst' as const] : [])]
  }

  private onPort(port: number): readonly Field[] {
    return [...(this.connection?.sport === port ? ['sport' as const] : []), ...(this.connection?.dport === port ? ['dport' as const] : [])]
  }
}
