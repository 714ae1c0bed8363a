import { readdirSync, statSync } from 'node:fs'
import type { Dirent } from 'node:fs'
import { unreadable } from '../readInput.ts'
import { UsageError } from '../usageError.ts'
import { inputLines } from './inputLines.ts'
import type { Task } from './task.ts'

/** The dumps of a batch: every file below a folder, or every line of a file. */
export function dumpTasks(name: string): AsyncIterable<readonly Task[]> {
  const folder = name !== '-' && statSync(name, { throwIfNoEntry: false })?.isDirectory() === true
  return folder ? filesBelow(name.replace(/(?<=.)\/+$/, '')) : inputLines(name)
}

async function* filesBelow(folder: string): AsyncGenerator<readonly Task[]> {
  let files = 0
  for (const name of filesIn(folder, entriesOf(folder))) {
    files += 1
    yield [{ kind: 'file', name }]
  }
  if (files === 0) throw new UsageError(`${folder}: there is no file in it`)
}

/** In order of their names, a folder's files at its place. Hidden ones are left out; links to folders are not followed, as they may lead in circles. */
function* filesIn(folder: string, entries: readonly Dirent[]): Generator<string> {
  for (const entry of entries) {
    const name = `${folder}/${entry.name}`
    if (entry.name.startsWith('.')) continue
    if (entry.isDirectory()) yield* filesIn(name, entriesOf(name))
    else if (entry.isFile() || (entry.isSymbolicLink() && isFileOrNothing(name))) yield name
  }
}

/** A link that leads nowhere is told of as a file that cannot be read. */
const isFileOrNothing = (name: string): boolean => statSync(name, { throwIfNoEntry: false })?.isFile() ?? true

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((x, y) => (x.name < y.name ? -1 : 1))
  } catch (error) {
    throw unreadable(folder, error)
  }
}
