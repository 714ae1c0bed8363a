import { spawnSync } from 'node:child_process'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '..')

/** Pages whose ```console blocks are run: "$ command" lines, each followed by what it prints on standard output. */
const PAGES = ['README.md', 'docs/batch.md', ...readdirSync(join(ROOT, 'examples'), { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => `examples/${name}/README.md`)]

/** Commands that a test cannot run inside itself, or that need a cluster. */
const NOT_RUN = ['npm ci', 'npm test', 'kubectl ']

/** UPDATE_DOCS=1 writes what the commands print today into the pages. */
const UPDATE = process.env['UPDATE_DOCS'] === '1'

/** 1 is an answer too: a difference was found. */
function printed(command: string): string {
  const { status, stdout } = spawnSync('bash', ['-c', command.replaceAll('chainwalk ', 'node dist/cli.js ')], { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  expect(status, command).toBeLessThanOrEqual(1)
  return stdout
}

interface Command {
  readonly line: string
  readonly expected: string
}

function commandsIn(block: string): Command[] {
  return block.split(/^(?=\$ )/m).filter((part) => part.startsWith('$ ')).map((part) => {
    const [line = '', ...rest] = part.split('\n')
    return { line: line.slice(2), expected: rest.join('\n').trimEnd() }
  })
}

const isRun = ({ line }: Command): boolean => !NOT_RUN.some((start) => line.startsWith(start))

const rewritten = (block: string): string =>
  commandsIn(block).map((command) => (isRun(command) ? `$ ${command.line}\n${printed(command.line).trimEnd()}` : `$ ${command.line}`)).join('\n')

describe.each(PAGES)('%s', (page) => {
  const text = readFileSync(join(ROOT, page), 'utf8')
  const blocks = [...text.matchAll(/^```console\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block)

  if (UPDATE) writeFileSync(join(ROOT, page), text.replace(/^```console\n([\s\S]*?)^```$/gm, (_, block: string) => `\`\`\`console\n${rewritten(block)}\n\`\`\``))

  it('shows commands', () => {
    expect(blocks.length).toBeGreaterThan(0)
  })

  it.each(blocks.flatMap(commandsIn).filter(isRun).map((command) => [command.line, command] as const))('%s', (_, { line, expected }) => {
    expect(UPDATE ? '' : printed(line).trimEnd()).toBe(UPDATE ? '' : expected)
  })
})
