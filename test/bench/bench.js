// Every figure the documents give, each pair timed in turn in one run on this machine: npm run bench, or npm run bench -- --write for docs/bench.md and its plots.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { growth } from './growth.js'
import { pageAnswers } from './page.js'
import { peers } from './peers.js'
import { plot } from './plot.js'
import { reading } from './reading.js'
import { startUp } from './startUp.js'
import { root } from './timing.js'
import { verdicts } from './verdicts.js'
import { questions } from './questions.js'

const folder = mkdtempSync(join(tmpdir(), 'chainwalk-bench-'))

/** A row: what is measured, the figure, what it is meant to be, and how it came about. */
function printed({ what, figure, aim, how }) {
  console.log(`${what}: ${figure}${aim ? ` (aim: ${aim})` : ''}\n    ${how}`)
}

const table = (rows) => ['| what | figure | aim | how |', '|---|---|---|---|', ...rows.map(({ what, figure, aim = '', how }) => `| ${what} | ${figure} | ${aim} | ${how} |`)].join('\n')

function page(rows, series) {
  return [
    '# How fast, and how it grows', '', 'Made by `npm run bench -- --write`. All of it is of one run on one machine, each pair timed in turn; what another machine gives differs, ratios less than times.', '',
    `node ${process.version}, ${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} processors.`, '', table(rows), '',
    '"The kernel" is a network namespace with the same rules in it (iptables-legacy), on the same machine, asked by one thread of a Python program. Of new connections that nobody answers only the time in `connect()` counts; of whole ones their life from `socket()` to `close()`.',
    'What needs root or a program that is not installed is left out, and said. Memory and times of the page: `test/web`.', '',
    ...series.flatMap(({ title, unit, points, file }) => [`## ${title}`, '', `![${title}](${file})`, '', `| ${unit.x} | ${unit.y} |`, '|---|---|', ...points.map(([x, y]) => `| ${x.toLocaleString('en')} | ${y < 10 ? y.toFixed(2) : Math.round(y).toLocaleString('en')} |`), '']),
  ].join('\n')
}

try {
  console.log(`node ${process.version}, ${cpus()[0]?.model ?? 'unknown processor'}`)
  const rows = []
  for (const section of [startUp, reading, verdicts, questions, peers, pageAnswers]) for await (const row of section(folder)) { printed(row); rows.push(row) }
  const series = []
  for (const each of growth()) { console.log(`${each.title}: ${each.points.map(([x, y]) => `${x}: ${y.toFixed(2)}`).join(', ')}`); series.push(each) }
  if (process.argv.includes('--write')) {
    for (const each of series) writeFileSync(join(root, 'docs', each.file), plot(each))
    writeFileSync(join(root, 'docs/bench.md'), page(rows, series))
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
