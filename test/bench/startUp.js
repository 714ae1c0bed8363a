import { milliseconds, node, ratioOf } from './timing.js'

const TRACE = ['dist/cli.js', 'trace', 'examples/redirect/nat.txt', '--from', '10.20.0.78', '--to', '10.20.0.77:18080']

const keepingNothing = () => milliseconds(['env', 'NODE_DISABLE_COMPILE_CACHE=1', process.execPath, ...TRACE])

export function* startUp() {
  yield { what: 'a cold `trace` of a pod\'s dump', figure: `${ratioOf(node(...TRACE), node('-e', '0'), 41).toFixed(2)} × \`node -e 0\``, aim: 'at most 2.0', how: 'whole processes, median of 41 pairs; V8\'s code is there, of the build or of an earlier run' }
  yield { what: 'the same with `--format minimal`', figure: `${ratioOf(node(...TRACE, '--format', 'minimal'), node('-e', '0'), 41).toFixed(2)} × \`node -e 0\``, how: 'without looking whose rules these are' }
  yield { what: 'the same when nothing is kept', figure: `${ratioOf(keepingNothing, node('-e', '0'), 41).toFixed(2)} × \`node -e 0\``, how: 'as the first run of a package that another version of Node built' }
}
