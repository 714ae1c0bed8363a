import type { GraphChain, GraphJump } from './drawnChains.ts'
import { jumpsByChain } from './jumpsByChain.ts'

/** In which column each chain stands, and which jumps lead back. */
export interface ChainColumns {
  readonly columns: ReadonlyMap<string, number>
  /** Jumps that close a loop, or lead to a base chain: the kernel refuses them, a dump may have them. */
  readonly back: ReadonlySet<GraphJump>
}

/** Each chain stands right of every chain that jumps to it; base chains, and those nothing leads to, in the first column. */
export function chainColumns(drawn: readonly Pick<GraphChain, 'id' | 'hook'>[], jumps: readonly GraphJump[]): ChainColumns {
  const leaving = jumpsByChain(jumps)
  const base = new Set(drawn.filter(({ hook }) => hook !== null).map(({ id }) => id))
  const back = new Set(jumps.filter(({ to }) => base.has(to)))
  const done = new Set<string>()
  for (const { id } of drawn) finish(id, leaving, back, done)
  const columns = new Map([...done].map((id): [string, number] => [id, 0]))
  for (const id of [...done].reverse()) {
    for (const jump of leaving.get(id) ?? []) if (!back.has(jump)) columns.set(jump.to, Math.max(columns.get(jump.to) ?? 0, (columns.get(id) ?? 0) + 1))
  }
  return { columns, back }
}

interface Visit {
  readonly id: string
  next: number
}

/** Depth first, without recursion: a chain is done behind all it leads to. */
function finish(root: string, leaving: ReadonlyMap<string, readonly GraphJump[]>, back: Set<GraphJump>, done: Set<string>): void {
  const open = new Set<string>()
  const path: Visit[] = []
  const enter = (id: string): void => {
    if (done.has(id)) return
    path.push({ id, next: 0 })
    open.add(id)
  }
  enter(root)
  for (let top = path.at(-1); top; top = path.at(-1)) {
    const jump = leaving.get(top.id)?.[top.next]
    top.next += 1
    if (jump && open.has(jump.to)) back.add(jump)
    else if (jump) enter(jump.to)
    else {
      path.pop()
      open.delete(top.id)
      done.add(top.id)
    }
  }
}
