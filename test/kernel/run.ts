import { spawn, spawnSync } from 'node:child_process'

/** What a program printed, or what went wrong. */
export interface Ran {
  readonly ok: boolean
  readonly out: string
  readonly problem: string
}

const inNamespace = (namespace: string | null, words: readonly string[]): readonly string[] => (namespace === null ? words : ['ip', 'netns', 'exec', namespace, ...words])

/** Runs a program in a network namespace (null: where we are), and waits: for setting up and removing. */
export function runNow(namespace: string | null, words: readonly string[], input = ''): Ran {
  const [program = '', ...args] = inNamespace(namespace, words)
  const { status, stdout, stderr, error } = spawnSync(program, args, { input, encoding: 'utf8', timeout: 20_000, maxBuffer: 1 << 26 })
  return { ok: status === 0, out: stdout, problem: error ? String(error) : stderr.trim() }
}

/** The same where a failure is a fault of the laboratory. */
export function mustNow(namespace: string | null, words: readonly string[], input = ''): string {
  const ran = runNow(namespace, words, input)
  if (!ran.ok) throw new Error(`${words.join(' ')}: ${ran.problem}`)
  return ran.out
}

/** Runs a program while other laboratories go on. */
export function run(namespace: string, words: readonly string[], input = ''): Promise<Ran> {
  const [program = '', ...args] = inNamespace(namespace, words)
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { timeout: 20_000 })
    const out: string[] = []
    const problem: string[] = []
    child.stdout.setEncoding('utf8').on('data', (text: string) => { out.push(text) })
    child.stderr.setEncoding('utf8').on('data', (text: string) => { problem.push(text) })
    child.stdin.on('error', () => undefined)
    child.on('error', reject)
    child.on('close', (status) => { resolve({ ok: status === 0, out: out.join(''), problem: problem.join('').trim() }) })
    child.stdin.end(input)
  })
}

export async function must(namespace: string, words: readonly string[], input = ''): Promise<string> {
  const ran = await run(namespace, words, input)
  if (!ran.ok) throw new Error(`${words.join(' ')}: ${ran.problem}`)
  return ran.out
}
