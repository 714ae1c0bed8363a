import { statSync } from 'node:fs'
import { sameAddress } from '../../net/address.ts'
import type { Address } from '../../net/address.ts'
import { looksLikeNode } from '../../world/nodeRules.ts'
import type { Connection } from '../../world/connection.ts'
import type { Given } from '../../world/question.ts'
import { connectionFromJson } from '../connectionJson.ts'
import type { LoadedRules } from '../loadRules.ts'
import { inputLines } from './inputLines.ts'
import { lineJson } from './lineJson.ts'
import type { LineTask } from './task.ts'

/** Whether it would matter which address the connections of a batch dial: nothing else tells the pod's own. */
const isAsked = ({ state, facts }: LoadedRules, given: Given): boolean =>
  given.podAddresses.length === 0 && facts.interfaces === null && !looksLikeNode(state.rulesets)

/** Connections of one file are of one pod: where all from outside dial one address, it is the pod's for those made inside too. The file is read once more for that. */
export async function withDialledPod(rules: LoadedRules, given: Given, file: string): Promise<Given> {
  if (!isAsked(rules, given)) return given
  if (canBeReadTwice(file)) return { ...given, podAddresses: await dialledAddresses(file) }
  process.stderr.write('info connections from standard input or a pipe are answered one by one: those from outside do not tell the pod\'s own address for those made inside; --pod-ip ADDR tells it [pod-address-untold]\n')
  return given
}

/** A file that is not there fails when it is read. */
function canBeReadTwice(file: string): boolean {
  return file !== '-' && (statSync(file, { throwIfNoEntry: false })?.isFile() ?? true)
}

/** The one address of each family that is dialled from outside; none where a family has several. */
async function dialledAddresses(file: string): Promise<readonly Address[]> {
  const found: Address[] = []
  for await (const lines of inputLines(file)) {
    for (const line of lines) {
      const dialled = dialledFromOutside(line)
      if (!dialled || found.some((each) => sameAddress(each, dialled))) continue
      if (found.some(({ family }) => family === dialled.family)) return []
      found.push(dialled)
    }
  }
  return found
}

/** What is no connection is said to be none when it is its turn. */
function dialledFromOutside(line: LineTask): Address | null {
  let connection: Connection
  try {
    connection = connectionFromJson(lineJson(line, ''), '')
  } catch {
    return null
  }
  return connection.origin === 'remote' ? connection.dst : null
}
