// Ratios only, each pair timed in turn in one run on this machine: node test/bench/bench.js
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { kubeProxySave } from './kubeProxySave.js'
import { pageSize, pageTimes } from './page.js'

const root = resolve(import.meta.dirname, '../..')

function milliseconds([program, ...args], input) {
  const start = process.hrtime.bigint()
  const { status } = spawnSync(program, args, { cwd: root, input, stdio: [input === undefined ? 'ignore' : 'pipe', 'ignore', 'ignore'] })
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} exited ${status}`)
  return Number(process.hrtime.bigint() - start) / 1e6
}

const median = (values) => [...values].sort((x, y) => x - y)[Math.floor(values.length / 2)]

/** The median of the ratios of pairs, so that a machine whose speed drifts does not matter. */
function ratio(name, ours, theirs, runs) {
  const ratios = Array.from({ length: runs + 1 }, () => ours() / theirs()).slice(1)
  console.log(`${name}: ${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}, ${runs} pairs)`)
}

const node = (...args) => () => milliseconds([process.execPath, ...args])

/** Reading against the program that loads the same text. */
function reading(folder) {
  const name = '10,000 Services of three endpoints (110,007 rules) read / iptables-legacy-restore --test'
  const restore = ['ip', 'netns', 'exec', 'cwbench', 'iptables-legacy-restore', '--test']
  if (process.getuid?.() !== 0 || spawnSync('ip', ['netns', 'add', 'cwbench']).status !== 0) return console.log(`${name}: skipped, it needs root and network namespaces`)
  const file = join(folder, 'services.txt')
  writeFileSync(file, kubeProxySave(10_000))
  const text = readFileSync(file)
  try {
    ratio(name, node('test/bench/read.js', file), () => milliseconds(restore, text), 9)
  } finally {
    spawnSync('ip', ['netns', 'del', 'cwbench'])
  }
}

/** The page's answer to a pasted dump against the engine's alone, in one browser. */
async function page() {
  console.log(pageSize())
  const name = 'first answer of the page after a paste / the engine alone in its worker'
  const pairs = await pageTimes(21)
  if (pairs === null) return console.log(`${name}: skipped, there is no chromium`)
  const ratios = pairs.slice(1).map((pair) => pair.page / pair.engine)
  console.log(`${name}: ${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}, ${ratios.length} pairs; ${Math.round(median(pairs.map((pair) => pair.page)))} ms)`)
}

const folder = mkdtempSync(join(tmpdir(), 'chainwalk-bench-'))
try {
  console.log(`node ${process.version}, ${cpus()[0]?.model ?? 'unknown processor'}`)
  ratio('cold trace of a pod\'s dump / node -e 0', node('dist/cli.js', 'trace', 'examples/redirect/nat.txt', '--from', '10.20.0.78', '--to', '10.20.0.77:18080'), node('-e', '0'), 41)
  reading(folder)
  await page()
} finally {
  rmSync(folder, { recursive: true, force: true })
}
