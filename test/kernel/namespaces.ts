import { makeNode } from './nodeNamespaces.ts'
import { makePod } from './podNamespaces.ts'
import type { LabMode } from './program.ts'
import { mustNow, runNow } from './run.ts'

/** The namespace whose rules are looked at, and those around it. */
export interface Namespaces {
  readonly inside: string
  readonly far: Readonly<Record<string, string>>
}

const all = ({ inside, far }: Namespaces): string[] => [inside, ...Object.values(far)]

/** A pod with the outside, or a node with two pods and the outside. */
export function makeNamespaces(name: string, mode: LabMode): Namespaces {
  const far = (mode === 'NODE' ? ['outside', 'left', 'right'] : ['outside']).map((place) => [place, `${name}-${place}`] as const)
  const made: Namespaces = { inside: `${name}-inside`, far: Object.fromEntries(far) }
  try {
    for (const each of all(made)) mustNow(null, ['ip', 'netns', 'add', each])
    if (mode === 'NODE') makeNode(made)
    else makePod(made, mode)
  } catch (problem) {
    removeNamespaces(made)
    throw problem
  }
  return made
}

export function removeNamespaces(namespaces: Namespaces): void {
  for (const each of all(namespaces)) runNow(null, ['ip', 'netns', 'del', each])
}
