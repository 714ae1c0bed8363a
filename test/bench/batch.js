// What a batch costs, and that its memory does not grow with it: node test/bench/batch.js [LINES…]
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { Readable } from 'node:stream'

const root = resolve(import.meta.dirname, '../..')

/** Half from outside to every port, half made inside, to many addresses. */
const connection = (i) => (i % 2
  ? { origin: 'local', uid: i % 3 ? 1337 : 1000, dst: `10.${i % 7}.${i % 250}.9`, dport: 1 + (i % 65535) }
  : { src: `10.20.${i % 200}.${i % 251}`, dst: '10.20.0.77', dport: 1 + (i % 65535) })

function* lines(count) {
  for (let i = 0; i < count; i += 1) yield `${JSON.stringify(connection(i))}\n`
}

/** The child tells the most memory it ever had when it ends. */
const TELLS = 'data:text/javascript,process.on("exit",()=>process.stderr.write(`maxRSS ${process.resourceUsage().maxRSS}\\n`))'

async function measured(count, jobs) {
  const start = process.hrtime.bigint()
  const child = spawn(process.execPath, ['--import', TELLS, 'dist/cli.js', 'trace', 'examples/redirect/nat.txt', '--connections', '-', '--pod-ip', '10.20.0.77', '--jobs', String(jobs)], { cwd: root })
  Readable.from(lines(count)).pipe(child.stdin)
  let [results, said] = [0, '']
  child.stdout.on('data', (bytes) => { for (const byte of bytes) if (byte === 10) results += 1 })
  child.stderr.on('data', (bytes) => { said += bytes })
  const [status] = await once(child, 'close')
  if (status !== 0 || results !== count) throw new Error(`${results} of ${count} results, exit ${status}: ${said}`)
  const seconds = Number(process.hrtime.bigint() - start) / 1e9
  console.log(`${count} connections, --jobs ${jobs}: ${seconds.toFixed(1)} s, ${Math.round(count / seconds)} a second, at most ${Math.round(Number(/maxRSS (\d+)/.exec(said)?.[1]) / 1024)} MB`)
}

const counts = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [20_000, 200_000]
for (const jobs of [1, 2]) for (const count of counts) await measured(count, jobs)
