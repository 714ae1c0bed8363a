import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'

export const root = resolve(import.meta.dirname, '../..')

/** How long a whole process takes. */
export function milliseconds([program, ...args], input) {
  const start = process.hrtime.bigint()
  const { status, stderr } = spawnSync(program, args, { cwd: root, input, stdio: [input === undefined ? 'ignore' : 'pipe', 'ignore', 'pipe'], maxBuffer: 1 << 28 })
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} exited ${status}: ${stderr}`)
  return Number(process.hrtime.bigint() - start) / 1e6
}

export const node = (...args) => () => milliseconds([process.execPath, ...args])

/** What one of the measures in measure.js gives, in a process of its own. */
export function measured(name, ...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', 'test/bench/measure.js', name, ...args.map(String)], { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 })
  if (status !== 0) throw new Error(`${name} exited ${status}: ${stderr}`)
  return Number(stdout)
}

export const median = (values) => [...values].sort((x, y) => x - y)[Math.floor(values.length / 2)]

/** The median of the ratios of pairs, each timed in turn, so that a machine whose speed drifts does not matter. */
export function ratioOf(ours, theirs, pairs) {
  ours()
  theirs()
  return median(Array.from({ length: pairs }, () => ours() / theirs()))
}

/** Whether a program is installed. */
export const has = (program) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0

/** Why the kernel cannot be asked here; null where it can. */
export function noKernel() {
  if (process.getuid?.() !== 0) return 'it needs root'
  const missing = ['ip', 'iptables-legacy-restore', 'python3'].filter((program) => !has(program))
  if (missing.length > 0) return `it needs ${missing.join(', ')}`
  if (spawnSync('ip', ['netns', 'add', 'cwprobe']).status !== 0) return 'it needs network namespaces'
  spawnSync('ip', ['netns', 'del', 'cwprobe'])
  return null
}
