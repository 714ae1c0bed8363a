// Bundles a TypeScript module of this folder and runs it here: Node 20 cannot run it as it is.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const folder = mkdtempSync(join(tmpdir(), 'chainwalk-'))
const outfile = join(folder, 'run.mjs')
// Whatever is run may end the process itself.
process.once('exit', () => { rmSync(folder, { recursive: true, force: true }) })
await build({
  entryPoints: [join(import.meta.dirname, process.argv[2] ?? 'fuzz.ts')], outfile, bundle: true, platform: 'node', format: 'esm', target: 'node20', logLevel: 'warning',
  define: { 'import.meta.dirname': JSON.stringify(import.meta.dirname) },
  banner: { js: "import { createRequire as chainwalkRequire } from 'node:module'; const require = chainwalkRequire(import.meta.url);" },
})
await import(pathToFileURL(outfile).href)
