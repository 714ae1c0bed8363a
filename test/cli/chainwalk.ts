import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '../..')

export interface Ran {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the built command line as a user would, in the project's folder. */
export function chainwalk(args: readonly string[], input: string | Buffer = ''): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['dist/cli.js', ...args], { cwd: ROOT, input, encoding: 'utf8', maxBuffer: 1 << 28 })
  return { status, stdout, stderr }
}
