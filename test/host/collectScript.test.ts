import { execFileSync, spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { collectScript } from '../../src/host/collectScript.ts'
import { codes, read } from './read.ts'

const hasShell = spawnSync('sh', ['-c', 'exit 0']).status === 0

describe.skipIf(!hasShell)('the script that gathers a transcript', () => {
  it('is read by sh', () => {
    execFileSync('sh', ['-n'], { input: collectScript() })
  })
  it('prints, even without any rights, a transcript that is read', () => {
    const text = execFileSync('sh', [], { input: collectScript(), encoding: 'utf8', stdio: ['pipe', 'pipe', 'ignore'] })
    const result = read(text)
    expect(Object.keys(result.value.facts.sysctls)).toContain('net.ipv4.ip_forward')
    expect(codes(result)).not.toContain('unreadable-line')
  })
  it('changes nothing: no command in it writes', () => {
    expect(collectScript()).not.toMatch(/\b(sysctl -w|ip (-\d )?(addr|rule|route) (add|del)|tables -[ADIFXP]|restore|modprobe)\b/)
  })
})
