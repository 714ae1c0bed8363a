import type { Address } from '../net/address.ts'
import { parsePrefix, prefixLength, width } from '../net/prefix.ts'
import type { Rule } from '../netfilter/ruleset.ts'

type HostKey = number | string

/** An address as a key: within one family, equal where the addresses are. */
const hostKey = ({ family, a, b, c, d }: Address): HostKey => (family === 4 ? d : `${a} ${b} ${c} ${d}`)

/** Fewer rules are walked as fast as looked up. */
const WORTH_IT = 8

type End = 'src' | 'dst'

/**
 * Where the rules of a long chain stand that ask for one host (`-d 10.96.0.10/32`, as KUBE-SERVICES does): a packet to another
 * certainly misses them, whatever else they ask. What a walk finds by it is what it finds rule by rule, but that nobody hears of misses.
 */
export class ChainIndex {
  readonly end: End
  /** The hosts its rules ask for. */
  readonly hosts: readonly Address[]
  private readonly places = new Map<HostKey, number[]>()
  /** From each place on, the next rule that asks for no one host. */
  private readonly nextOther: Int32Array

  /** `asked`: the host each of its rules asks for at that end, or null. */
  constructor(end: End, asked: readonly (Address | null)[]) {
    this.end = end
    this.nextOther = new Int32Array(asked.length + 1).fill(asked.length)
    this.hosts = asked.filter((host) => host !== null)
    asked.forEach((host, i) => {
      if (host === null) this.nextOther[i] = i
      else this.add(hostKey(host), i)
    })
    for (let i = asked.length - 1; i >= 0; i -= 1) this.nextOther[i] = Math.min(this.nextOther[i] ?? 0, this.nextOther[i + 1] ?? 0)
  }

  private add(host: HostKey, place: number): void {
    const known = this.places.get(host)
    if (known) known.push(place)
    else this.places.set(host, [place])
  }

  has(address: Address): boolean {
    return this.places.has(hostKey(address))
  }

  /** The first rule from a place on that may have a packet with this address; behind the last rule where there is none. */
  next(from: number, address: Address): number {
    const other = this.nextOther[from] ?? from
    const own = this.places.get(hostKey(address))
    return own ? Math.min(other, firstFrom(own, from) ?? other) : other
  }
}

/** The index of a chain, by the end that most of its rules name; null where it would not help. */
export function chainIndex(rules: readonly Rule[]): ChainIndex | null {
  if (rules.length < WORTH_IT) return null
  const [to, from] = [rules.map((rule) => hostOf(rule, 'dst')), rules.map((rule) => hostOf(rule, 'src'))]
  if (Math.max(countOf(to), countOf(from)) < WORTH_IT) return null
  return countOf(to) >= countOf(from) ? new ChainIndex('dst', to) : new ChainIndex('src', from)
}

const countOf = (asked: readonly (Address | null)[]): number => asked.reduce((count, host) => (host === null ? count : count + 1), 0)

/** The one address a rule asks for; of a line that may be several rules nothing is certain. */
function hostOf({ ip, alternatives }: Rule, end: End): Address | null {
  const condition = end === 'dst' ? ip.destination : ip.source
  const prefix = condition && !condition.negated && !alternatives ? parsePrefix(condition.value) : null
  return prefix && prefixLength(prefix.mask) === width(prefix.address.family) ? prefix.address : null
}

/** The first of ascending numbers that is not below another. */
function firstFrom(places: readonly number[], from: number): number | undefined {
  let [low, high] = [0, places.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((places[middle] ?? 0) < from) low = middle + 1
    else high = middle
  }
  return places[low]
}
