import { execFileSync } from 'node:child_process'
import { resolve } from 'node:path'
import { expect, it } from 'vitest'

it('the committed parsers are what the grammars compile to', () => {
  const script = resolve(import.meta.dirname, '../../grammar/generate.js')
  expect(() => execFileSync(process.execPath, [script, '--check'], { stdio: 'pipe' })).not.toThrow()
})
