// Ratios only, each pair timed in turn in one run on this machine: node test/bench/bench.js
import { spawnSync } from 'node:child_process'
import { cpus } from 'node:os'
import { resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')

function milliseconds(args) {
  const start = process.hrtime.bigint()
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'ignore' })
  if (status !== 0) throw new Error(`${args.join(' ')} exited ${status}`)
  return Number(process.hrtime.bigint() - start) / 1e6
}

const median = (values) => [...values].sort((x, y) => x - y)[Math.floor(values.length / 2)]

/** The median of the ratios of pairs, so that a machine whose speed drifts does not matter. */
function ratio(name, ours, theirs, runs) {
  const ratios = Array.from({ length: runs + 1 }, () => milliseconds(ours) / milliseconds(theirs)).slice(1)
  console.log(`${name}: ${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}, ${runs} pairs)`)
}

console.log(`node ${process.version}, ${cpus()[0]?.model ?? 'unknown processor'}`)
ratio('cold trace of a pod\'s dump / node -e 0', ['dist/cli.js', 'trace', 'examples/redirect/nat.txt', '--from', '10.20.0.78', '--to', '10.20.0.77:18080'], ['-e', '0'], 41)
