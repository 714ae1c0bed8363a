// Builds dist/: the command line (bundled, commands loaded when used), the library, the page (one file), and the library's types.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { build as buildPage } from 'vite'

rmSync('dist', { recursive: true, force: true })

const common = { bundle: true, platform: 'node', format: 'esm', target: 'node20', logLevel: 'warning', define: { 'process.env.NODE_ENV': '"production"' } }

/** commander loads it for commands that are programs of their own; there are none, and loading it costs start-up time. */
const withoutChildProcess = {
  name: 'without-child-process',
  setup(build) {
    build.onResolve({ filter: /^(node:)?child_process$/ }, () => ({ path: 'child_process', namespace: 'none' }))
    build.onLoad({ filter: /.*/, namespace: 'none' }, () => ({ contents: 'module.exports = {}' }))
  },
}

const commandLine = { ...common, plugins: [withoutChildProcess], outdir: 'dist', minify: true }

// jsonc-parser's main is UMD, which cannot be bundled.
const esmFirst = { mainFields: ['module', 'main'] }

/** Built-in modules as CommonJS has them: an ESM import of one reads all its properties, and makes the lazy ones (node:fs: its streams). */
const builtinsByName = {
  name: 'builtins-by-name',
  setup(build) {
    build.onResolve({ filter: /^node:/ }, ({ path }) => ({ path, namespace: 'builtin' }))
    build.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({ contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)})` }))
  },
}

// The command line is one script whose compiled code can be kept (src/cli/keptProgram.ts): a function that gives what main.ts exports.
await build({
  ...commandLine, ...esmFirst,
  format: 'cjs',
  entryPoints: { program: 'src/cli/main.ts' },
  outExtension: { '.js': '.cjs' },
  define: { ...common.define, 'import.meta.url': 'programUrl' },
  banner: { js: '(function (require, programUrl) { const module = { exports: {} };' },
  footer: { js: 'return module.exports })' },
})

const BUILD = createHash('sha256').update(readFileSync('dist/program.cjs')).digest('hex').slice(0, 16)

await build({ ...commandLine, plugins: [builtinsByName], entryPoints: { cli: 'src/cli/cli.ts' }, define: { ...common.define, BUILD: JSON.stringify(BUILD) } })

// A worker thread begins with a file of its own.
await build({
  ...commandLine, ...esmFirst,
  entryPoints: { 'trace-worker': 'src/cli/batch/traceWorker.ts' },
  // nearley and moo are CommonJS: their require() of Node's own modules needs one.
  banner: { js: "import { createRequire as chainwalkRequire } from 'node:module'; const require = chainwalkRequire(import.meta.url);" },
})

// The library's own dependencies are the user's to install; what else it uses is bundled.
const { dependencies, peerDependencies } = JSON.parse(readFileSync('package.json', 'utf8'))

await build({
  ...common,
  entryPoints: { index: 'src/index.ts', graph: 'src/render/graph/index.ts', lessons: 'src/lessons/index.ts', testing: 'src/testing/index.ts' },
  outdir: 'dist',
  splitting: true,
  chunkNames: 'library-[hash]',
  external: Object.keys({ ...dependencies, ...peerDependencies }),
  ...esmFirst,
})

await buildPage({ configFile: 'src/web/vite.config.ts', logLevel: 'warn' })

execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], { stdio: 'inherit' })

// V8's code of the command used most, for runs that have kept none yet, or cannot keep any (src/cli/keptCode.ts).
const kept = mkdtempSync(join(tmpdir(), 'chainwalk-build-'))
const trace = ['trace', 'examples/redirect/nat.txt', '--from', '10.20.0.78', '--to', '10.20.0.77:18080']
execFileSync(process.execPath, ['dist/cli.js', ...trace], { stdio: 'ignore', env: { PATH: process.env.PATH, XDG_CACHE_HOME: kept } })
mkdirSync('dist/code')
for (const name of readdirSync(join(kept, 'chainwalk', BUILD))) writeFileSync(join('dist/code', name), readFileSync(join(kept, 'chainwalk', BUILD, name)))
rmSync(kept, { recursive: true })
