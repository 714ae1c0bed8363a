import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inNamespace, restoreTest } from './kernel.js'
import { kubeProxySave } from './kubeProxySave.js'
import { measured, milliseconds, node, noKernel, ratioOf } from './timing.js'

const NAME = 'reading 110,007 rules (10,000 Services)'

/** Against the program that loads the same text. */
export function* reading(folder) {
  const file = join(folder, 'services.txt')
  writeFileSync(file, kubeProxySave(10_000))
  const why = noKernel()
  if (why) yield { what: NAME, figure: `skipped: ${why}`, how: '' }
  else {
    const text = readFileSync(file)
    const ratio = inNamespace(() => ratioOf(node('test/bench/read.js', file), () => milliseconds(restoreTest, text), 11))
    yield { what: NAME, figure: `${ratio.toFixed(2)} × \`iptables-legacy-restore --test\``, aim: 'at most 1.0', how: 'whole processes, median of 11 pairs' }
  }
  yield { what: 'memory of the same, read and made ready', figure: `${Math.round(measured('memory-services', 10_000))} bytes a rule`, aim: 'at most 1,500', how: 'heap behind a garbage collection' }
}
