import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { has, node, milliseconds, ratioOf } from './timing.js'

/** Rules of filter without extensions, which every reader takes. */
function plainSave(rules) {
  const line = (n) => `-A INPUT -s 10.${n >> 16}.${(n >> 8) & 255}.${n & 255}/32 -p tcp -j ${n % 2 === 0 ? 'ACCEPT' : 'DROP'}`
  return ['*filter', ':INPUT ACCEPT [0:0]', ':FORWARD ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]', ...Array.from({ length: rules }, (_, n) => line(n)), 'COMMIT', ''].join('\n')
}

const RULES = 2000

const PEERS = [
  { program: 'iptables-restore-translate', what: 'iptables-restore-translate (to nft)', args: (file) => ['iptables-restore-translate', '-f', file], ours: 'save' },
  { program: 'import-ferm', what: 'import-ferm (to ferm)', args: (file) => ['import-ferm', file], ours: 'save' },
]

/** Others that read iptables-save and can be run here, on what they can do: read it and print it in a form of theirs. */
export function* peers(folder) {
  const file = join(folder, 'plain.txt')
  writeFileSync(file, plainSave(RULES))
  for (const { program, what, args, ours } of PEERS) {
    if (!has(program)) { yield { what: `against ${what}`, figure: 'skipped: not installed', how: '' }; continue }
    const ratio = ratioOf(node('dist/cli.js', 'convert', file, '--to', ours), () => milliseconds(args(file)), 9)
    yield { what: `reading and printing ${RULES.toLocaleString('en')} plain rules, against ${what}`, figure: `${ratio.toFixed(2)} × its time`, how: 'whole processes, median of 9 pairs' }
  }
}
