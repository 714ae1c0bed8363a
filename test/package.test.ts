import { execFileSync } from 'node:child_process'
import { resolve } from 'node:path'
import { expect, it } from 'vitest'

it('npm pack holds what a user needs and no more', () => {
  const root = resolve(import.meta.dirname, '..')
  const [packed] = JSON.parse(execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))
  const files: string[] = packed.files.map(({ path }: { path: string }) => path)
  expect(files).toEqual(expect.arrayContaining(['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'dist/cli.js', 'dist/program.cjs', 'dist/index.js', 'dist/web/index.html', 'dist/types/src/index.d.ts']))
  expect(files.filter((path) => !/^(package\.json|README\.md|LICENSE|CHANGELOG\.md|dist\/(cli|index|graph|lessons|testing|trace-worker|library-\w+)\.js|dist\/program\.cjs|dist\/web\/index\.html|dist\/types\/.+\.d\.ts)$/.test(path))).toEqual([])
  expect(packed.size).toBeLessThan(1_300_000)
})

it('every entry of the package can be imported, and says what it is for', () => {
  const entries = { chainwalk: 'traceConnection', 'chainwalk/graph': 'chainPicture', 'chainwalk/lessons': 'lessonAnswer', 'chainwalk/testing': 'connections' }
  const script = `for (const [name, what] of Object.entries(${JSON.stringify(entries)})) { const module = await import(name); console.log(name, typeof module[what]) }`
  const told = execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: resolve(import.meta.dirname, '..'), encoding: 'utf8' })
  expect(told.trim().split('\n')).toEqual(Object.keys(entries).map((name) => `${name} function`))
})
