import { isHook } from '../netfilter/hook.ts'
import type { Chain, Rule, Table } from '../netfilter/ruleset.ts'
import { jumpedTo } from './jumpedTo.ts'

/** A jump that leads back to a chain it came through. */
export interface BackJump {
  readonly chain: string
  readonly rule: Rule
  readonly to: string
}

export interface ChainShape {
  readonly backJumps: readonly BackJump[]
  /** The longest run of jumps from a base chain. */
  readonly depth: number
}

interface Visit {
  readonly chain: Chain
  next: number
  depth: number
}

/** Depth-first over a table's chains from its base chains, without recursion: a dump may nest as deep as it likes. */
export function chainShape(table: Table): ChainShape {
  const chains = new Map(table.chains.map((chain) => [chain.name, chain]))
  const depths = new Map<string, number>()
  const backJumps: BackJump[] = []
  for (const base of table.chains) if (isHook(base.name)) visit(base, chains, depths, backJumps)
  return { backJumps, depth: Math.max(0, ...[...depths].filter(([name]) => isHook(name)).map(([, depth]) => depth)) }
}

function visit(base: Chain, chains: ReadonlyMap<string, Chain>, depths: Map<string, number>, backJumps: BackJump[]): void {
  const path: Visit[] = [{ chain: base, next: 0, depth: 0 }]
  const open = new Set([base.name])
  for (let top = path.at(-1); top; top = path.at(-1)) {
    const rule = top.chain.rules[top.next]
    if (rule === undefined) {
      path.pop()
      open.delete(top.chain.name)
      depths.set(top.chain.name, top.depth)
      deepen(path.at(-1), top.depth)
      continue
    }
    top.next += 1
    const to = chains.get(jumpedTo(rule) ?? '')
    if (!to) continue
    const known = depths.get(to.name)
    if (open.has(to.name)) backJumps.push({ chain: top.chain.name, rule, to: to.name })
    else if (known !== undefined) deepen(top, known)
    else {
      path.push({ chain: to, next: 0, depth: 0 })
      open.add(to.name)
    }
  }
}

function deepen(visit: Visit | undefined, below: number): void {
  if (visit) visit.depth = Math.max(visit.depth, below + 1)
}
