import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import { chainwalk } from './chainwalk.ts'

const ROOT = resolve(import.meta.dirname, '../..')

it('prints where the page is', () => {
  const { status, stdout } = chainwalk(['web', '--file'])
  expect(status).toBe(0)
  expect(existsSync(stdout.trim())).toBe(true)
})

it('serves the page and nothing else, and ends when interrupted', async () => {
  const served = spawn(process.execPath, ['dist/cli.js', 'web'], { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] })
  const [said] = await once(served.stdout, 'data')
  const url = String(said).trim()
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/)
  const page = await fetch(url)
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
  expect(await page.text()).toContain('Content-Security-Policy')
  expect((await fetch(`${url}../package.json`)).status).toBe(404)
  expect((await fetch(url, { method: 'POST' })).status).toBe(404)
  served.kill('SIGINT')
  expect(await once(served, 'exit')).toEqual([0, null])
})

it('a port that is no port is refused', () => {
  expect(chainwalk(['web', '--port', '99999'])).toMatchObject({ status: 2, stderr: expect.stringContaining('--port takes a number from 0 to 65535') })
})
