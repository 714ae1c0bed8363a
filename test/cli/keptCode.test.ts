import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../..')
const home = mkdtempSync(join(tmpdir(), 'chainwalk-kept-'))
const folder = join(home, 'chainwalk')
/** The program without the code that its build made. */
const bare = join(home, 'bare')
const TRACE = ['trace', 'examples/redirect/nat.txt', '--from', '10.20.0.78', '--to', '10.20.0.77:18080']
const ASKED = [join(bare, 'cli.js'), ...TRACE]

mkdirSync(bare)
writeFileSync(join(bare, 'package.json'), '{"type":"module"}')
for (const name of ['cli.js', 'program.cjs']) copyFileSync(join(ROOT, 'dist', name), join(bare, name))

afterAll(() => { rmSync(home, { recursive: true, force: true }) })
beforeEach(() => { rmSync(folder, { recursive: true, force: true }) })

function run(args: readonly string[] = ASKED, env: NodeJS.ProcessEnv = {}): { readonly status: number | null; readonly stdout: string } {
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8', env: { ...process.env, XDG_CACHE_HOME: home, NODE_COMPILE_CACHE: '', NODE_DISABLE_COMPILE_CACHE: '', ...env } })
  return { status, stdout }
}

/** The one file that is kept, and when it was written. */
function kept(): { readonly path: string; readonly written: number } {
  const [build, ...others] = readdirSync(folder)
  const files = readdirSync(join(folder, build ?? ''))
  expect([others, files]).toEqual([[], [`trace-${process.version}-${process.arch}`]])
  const path = join(folder, build ?? '', files[0] ?? '')
  return { path, written: statSync(path).mtimeMs }
}

describe('V8\'s code of the program', () => {
  const { stdout: answer } = run(ASKED, { NODE_DISABLE_COMPILE_CACHE: '1' })

  it('is kept by the first run and taken by the next, which answers the same', () => {
    expect(run()).toEqual({ status: 0, stdout: answer })
    const first = kept()
    expect(statSync(first.path).mode & 0o777).toBe(0o600)
    expect(run()).toEqual({ status: 0, stdout: answer })
    expect(kept()).toEqual(first)
  })

  it.each<readonly [string, (path: string) => void]>([
    ['is no such code', (path) => { writeFileSync(path, 'no code') }],
    ['is cut off', (path) => { writeFileSync(path, readFileSync(path).subarray(0, 1000)) }],
    ['is empty', (path) => { writeFileSync(path, '') }],
  ])('is made anew where what is kept %s', (_, spoil) => {
    run()
    const { path } = kept()
    const { size } = statSync(path)
    spoil(path)
    expect(run()).toEqual({ status: 0, stdout: answer })
    expect(statSync(path).size).toBeGreaterThan(size / 2)
  })

  it('is made anew where others may write it', () => {
    run()
    const { path, written } = kept()
    chmodSync(path, 0o666)
    expect(run()).toEqual({ status: 0, stdout: answer })
    expect(kept().written).toBeGreaterThan(written)
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  it('is neither taken nor kept in a folder of others', () => {
    run()
    const { path } = kept()
    chmodSync(dirname(path), 0o777)
    writeFileSync(path, '')
    expect(run()).toEqual({ status: 0, stdout: answer })
    expect(statSync(path).size).toBe(0)
  })

  it('of other builds goes', () => {
    mkdirSync(join(folder, '0123456789abcdef'), { recursive: true })
    run()
    expect(kept().path).not.toContain('0123456789abcdef')
  })

  it.each<readonly [string, NodeJS.ProcessEnv]>([['not wanted', { NODE_DISABLE_COMPILE_CACHE: '1' }], ['not possible', { XDG_CACHE_HOME: join(ROOT, 'package.json') }]])('is not kept where it is %s', (_, env) => {
    expect(run(ASKED, env)).toEqual({ status: 0, stdout: answer })
    expect(existsSync(folder)).toBe(false)
  })

  it('is kept where Node keeps its own', () => {
    const path = join(home, 'of-node')
    run(ASKED, { NODE_COMPILE_CACHE: path })
    expect([existsSync(join(path, 'chainwalk')), existsSync(folder)]).toEqual([true, false])
  })

  it('that its build made is taken by whoever has kept none, and nothing is written', () => {
    expect(readdirSync(join(ROOT, 'dist/code'))).toEqual([`trace-${process.version}-${process.arch}`])
    expect(run(['dist/cli.js', ...TRACE])).toEqual({ status: 0, stdout: answer })
    expect(existsSync(folder)).toBe(false)
  })

  it('that another V8 made is not taken, and this one\'s kept', () => {
    mkdirSync(join(bare, 'code'))
    writeFileSync(join(bare, 'code', `trace-${process.version}-${process.arch}`), 'no code')
    expect(run()).toEqual({ status: 0, stdout: answer })
    expect(statSync(kept().path).size).toBeGreaterThan(100_000)
  })

  it('of what is no command is not kept', () => {
    expect(run([ASKED[0] ?? '', 'tarce', 'examples/redirect/nat.txt']).status).toBe(2)
    expect(existsSync(folder)).toBe(false)
  })
})
