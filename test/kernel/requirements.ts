import { spawnSync } from 'node:child_process'

const PROGRAMS = ['python3', 'ip', 'ipset', 'nft', 'sysctl', 'sh', 'iptables-nft-restore', 'ip6tables-nft-restore', 'iptables-legacy-restore', 'ip6tables-legacy-restore', 'xtables-monitor']

const has = (program: string): boolean => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0

/** Why the laboratory cannot run here; null if it can. */
export function whyNot(): string | null {
  if (process.platform !== 'linux') return 'it needs Linux'
  if (process.getuid?.() !== 0) return 'it needs root'
  const missing = PROGRAMS.filter((program) => !has(program))
  if (missing.length > 0) return `${missing.join(', ')} missing`
  return namespaces()
}

function namespaces(): string | null {
  const name = `cwlab-${process.pid}-try`
  const made = spawnSync('ip', ['netns', 'add', name], { encoding: 'utf8' })
  if (made.status !== 0) return `no network namespace can be made: ${made.stderr.trim()}`
  const tried = spawnSync('ip', ['netns', 'exec', name, 'iptables-nft-restore'], { input: '*raw\n-A OUTPUT -p udp -j TRACE\nCOMMIT\n', encoding: 'utf8' })
  spawnSync('ip', ['netns', 'del', name])
  return tried.status === 0 ? null : `iptables cannot trace here: ${tried.stderr.trim()}`
}
