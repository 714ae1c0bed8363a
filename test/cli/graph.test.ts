import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { SaxesParser } from 'saxes'
import { describe, expect, it } from 'vitest'
import { kubeProxySave } from '../bench/kubeProxySave.js'
import { chainwalk } from './chainwalk.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const REDIRECT = 'examples/redirect/nat.txt'
const FROM_OUTSIDE = ['--from', '10.20.0.78', '--to', '10.20.0.77:18080']

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

function graphed(args: readonly string[], input = ''): string {
  const { status, stdout } = chainwalk(['graph', ...args], input)
  expect(status).toBe(0)
  return stdout
}

/** Its own XML reader: throws where the text is not well-formed. */
function isSvg(text: string): void {
  const parser = new SaxesParser()
  parser.on('error', (error) => { throw error })
  parser.write(text).close()
  expect(text).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/)
}

/** The lines of a page's ```sh blocks, cut into words. */
const shown = (page: string): string[][] =>
  [...read(page).matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, block = '']) => block.split('\n').filter((line) => line.startsWith('chainwalk ')).map((line) => line.split(' ').slice(1)))

describe('graph', () => {
  it('is mermaid where nothing is said', () => {
    expect(graphed([REDIRECT])).toBe(graphed([REDIRECT, '--format', 'mermaid']))
    expect(graphed([REDIRECT])).toMatch(/^flowchart LR\n/)
  })

  it('is SVG or dot where it is asked for', () => {
    isSvg(graphed([REDIRECT, '--format', 'svg', '--counters']))
    expect(graphed([REDIRECT, '--format', 'dot'])).toMatch(/^digraph chainwalk \{\n/)
  })

  it.each(['svg', 'mermaid', 'dot'])('--format %s of trace is the graph of the same connection', (format) => {
    const traced = chainwalk(['trace', REDIRECT, ...FROM_OUTSIDE, '--format', format])
    expect(traced.status).toBe(0)
    expect(traced.stdout).toBe(graphed([REDIRECT, ...FROM_OUTSIDE, '--format', format]))
    expect(traced.stdout).toContain('15006 Envoy inbound')
  })

  it('takes the rules istio-iptables makes', () => {
    expect(graphed(['istio:1.22', '--format', 'dot'])).toContain('nat ISTIO_OUTPUT')
  })

  it('draws 1,000 Services, folded', () => {
    const svg = graphed(['-', '--format', 'svg', '--from', '10.128.5.5', '--to', '10.96.1.44:80'], kubeProxySave(1000))
    isSvg(svg)
    expect(svg).toMatch(/\d+ of 4007 chains are folded/)
    expect(svg).toContain('The first of 3 ways it can go (probability 0.3333).')
    expect(svg.length).toBeLessThan(100_000)
  })

  it('what a dump says is text in it', () => {
    const svg = graphed(['-', '--format', 'svg'], '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -m comment --comment "<script>alert(1)</script>]]>" -j ACCEPT\nCOMMIT\n')
    isSvg(svg)
    expect(svg).toContain('&lt;script&gt;alert(1)&lt;/script&gt;]]&gt;')
  })

  it.each([
    [['graph', REDIRECT, '--format', 'png'], '--format takes svg, mermaid, dot, not "png"'],
    [['graph', REDIRECT, '--counters'], '--counters is for --format svg and dot'],
    [['graph', REDIRECT, '--from', '10.20.0.78'], 'say where the connection goes'],
    [['trace', REDIRECT, ...FROM_OUTSIDE, '--format', 'svg', '--redact'], 'pictures are not redacted'],
    [['trace', REDIRECT, '--connections', 'examples/redirect/connections.ndjson', '--format', 'svg'], 'many results are JSON'],
    [['trace', 'examples/scenarios/calculator.yaml', '--format', 'svg'], 'a scenario has the rules of many hosts'],
  ])('%j is refused', (args, why) => {
    const { status, stderr, stdout } = chainwalk(args)
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toContain(why)
  })
})

describe('the pages', () => {
  it.each(shown('docs/graph.md').map((args) => [args.join(' '), args] as const))('%s', (_, args) => {
    const { status, stdout } = chainwalk(args)
    expect(status).toBe(0)
    if (args.includes('svg')) isSvg(stdout)
  })

  it('docs/redirect.svg is what the command beside it prints', () => {
    const found = shown('README.md').find((args) => args.includes('docs/redirect.svg')) ?? []
    const drawn = graphed(found.slice(1, found.indexOf('>')))
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(join(ROOT, 'docs/redirect.svg'), drawn)
    expect(read('docs/redirect.svg')).toBe(drawn)
  })
})
