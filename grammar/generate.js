// Compiles every grammar/*.ne into grammar/*.generated.ts; with --check it only says which are stale.
import { readFileSync, readdirSync, writeFileSync, existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, join } from 'node:path'

const require = createRequire(import.meta.url)
const nearley = require('nearley')
const compile = require('nearley/lib/compile')
const generate = require('nearley/lib/generate')
const language = require('nearley/lib/nearley-language-bootstrapped')

const folder = import.meta.dirname

function compiled(source, name) {
  const parser = new nearley.Parser(nearley.Grammar.fromCompiled(language))
  parser.feed(source)
  return generate(compile(parser.results[0], {}), name)
}

let stale = 0
for (const file of readdirSync(folder).filter((f) => f.endsWith('.ne'))) {
  const target = join(folder, file.replace(/\.ne$/, '.generated.ts'))
  const text = compiled(readFileSync(join(folder, file), 'utf8'), 'grammar')
  const fresh = existsSync(target) && readFileSync(target, 'utf8') === text
  if (process.argv.includes('--check')) {
    if (!fresh) { stale += 1; console.error(`${basename(target)} is stale: run npm run grammar`) }
  } else if (!fresh) writeFileSync(target, text)
}
process.exitCode = stale > 0 ? 1 : 0
