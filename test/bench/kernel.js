import { spawnSync } from 'node:child_process'
import { root } from './timing.js'

function run(program, args, input) {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: root, input, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`)
  return stdout
}

const ip = (...args) => run('ip', args)

/** A pod and somebody outside, on one link; `body` runs commands in the pod. */
function inPod(rules, body) {
  for (const name of ['cwbench', 'cwbenchout']) ip('netns', 'add', name)
  try {
    ip('-n', 'cwbench', 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', 'cwbenchout')
    ip('-n', 'cwbench', 'addr', 'add', '10.20.0.77/16', 'dev', 'eth0')
    for (const [name, device] of [['cwbench', 'lo'], ['cwbench', 'eth0'], ['cwbenchout', 'eth0']]) ip('-n', name, 'link', 'set', device, 'up')
    ip('-n', 'cwbench', 'route', 'add', 'default', 'via', '10.20.0.1')
    ip('-n', 'cwbench', 'neigh', 'add', '10.20.0.1', 'lladdr', '02:00:00:00:00:01', 'dev', 'eth0')
    run('ip', ['netns', 'exec', 'cwbench', 'iptables-legacy-restore'], rules)
    return body((...args) => run('ip', ['netns', 'exec', 'cwbench', ...args]))
  } finally {
    for (const name of ['cwbench', 'cwbenchout']) spawnSync('ip', ['netns', 'del', name])
  }
}

/** New connections a second to an address nobody answers at, through these rules. */
export const newFlows = (rules, to, port, count) => inPod(rules, (inside) => Number(inside('python3', 'test/bench/connects.py', to, `${port}`, `${count}`)))

/** Handshakes a second that these rules turn to a port of this host. */
export const handshakes = (rules, to, port, turnedTo, count) => inPod(rules, (inside) => Number(inside('python3', 'test/bench/connects.py', to, `${port}`, `${count}`, `${turnedTo}`)))

/** How long iptables-legacy-restore takes to read a file, as a command. */
export const restoreTest = ['ip', 'netns', 'exec', 'cwbench', 'iptables-legacy-restore', '--test']

export function inNamespace(body) {
  ip('netns', 'add', 'cwbench')
  try {
    return body()
  } finally {
    spawnSync('ip', ['netns', 'del', 'cwbench'])
  }
}
