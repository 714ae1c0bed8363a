import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { LabProtocol } from './labRun.ts'

/** A socket of a program accepted a connection, or a datagram came. */
export interface AcceptMessage {
  readonly event: 'accept'
  readonly process: string
  readonly port: number
  readonly peer: string
  readonly peerPort: number
  readonly local: string
  readonly original: string | null
}

/** A dial of the stand-in ended. */
export interface UpstreamMessage {
  readonly event: 'upstream'
  readonly port: number
  readonly to: string
  readonly result: string
  readonly error: number
}

export type EventMessage = AcceptMessage | UpstreamMessage | { readonly event: 'loop' } | { readonly event: 'answerFailed'; readonly process: string; readonly error: number }

export interface Reply {
  readonly reply: string
  readonly pending?: number
  readonly result?: string
  readonly error?: number
  readonly source?: string
  readonly sourcePort?: number
}

export type Command = { readonly do: 'ping' | 'reset' | 'flush' } | { readonly do: 'sentinel'; readonly to: string; readonly port: number } | DialCommand

export interface DialCommand {
  readonly do: 'dial'
  readonly protocol: LabProtocol
  readonly source: string | null
  readonly sourcePort: number
  readonly to: string
  readonly port: number
  readonly uid: number
  readonly gid: number
  readonly mark: number
  readonly transparent: boolean
}

export type Role = 'app' | 'sshd' | 'agent' | 'envoy' | 'outside' | 'dialler'

/** How the stand-in for Envoy works; a node has none. */
export type LabMode = 'REDIRECT' | 'TPROXY' | 'NODE'

const SCRIPT = join(import.meta.dirname, 'standIn.py')
/** Milliseconds; a machine with much else to do may take long. */
const PATIENCE = 120_000

/** One program of the laboratory in its namespace: commands one after the other, each with one answer; events in between. */
export class Program {
  private readonly child: ChildProcessWithoutNullStreams
  private readonly waiting: { readonly resolve: (reply: Reply) => void; readonly reject: (problem: Error) => void }[] = []
  private readonly said: string[] = []
  private readonly onEvent: (message: EventMessage) => void
  readonly role: Role
  readonly ready: Promise<Reply>

  constructor(namespace: string, role: Role, mode: LabMode, onEvent: (message: EventMessage) => void) {
    this.role = role
    this.onEvent = onEvent
    this.child = spawn('ip', ['netns', 'exec', namespace, process.env['CHAINWALK_PYTHON'] ?? 'python3', SCRIPT, role, mode])
    this.child.stderr.on('data', (text: Buffer) => { this.said.push(text.toString()) })
    this.child.stdin.on('error', () => undefined)
    createInterface({ input: this.child.stdout }).on('line', (line) => { this.hear(line) })
    this.child.on('exit', () => { this.fail('has ended') })
    this.ready = this.answer()
  }

  ask(command: Command): Promise<Reply> {
    const answer = this.answer()
    this.child.stdin.write(`${JSON.stringify(command)}\n`)
    return answer
  }

  end(): void {
    this.child.removeAllListeners('exit')
    this.child.kill('SIGKILL')
  }

  private answer(): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => { this.fail('does not answer') }, PATIENCE)
      this.waiting.push({
        resolve: (reply) => { clearTimeout(timer); resolve(reply) },
        reject: (problem) => { clearTimeout(timer); reject(problem) },
      })
    })
  }

  private hear(line: string): void {
    const message: EventMessage | Reply = JSON.parse(line)
    if ('event' in message) this.onEvent(message)
    else this.waiting.shift()?.resolve(message)
  }

  private fail(how: string): void {
    for (const { reject } of this.waiting.splice(0)) reject(new Error(`${this.role} ${how} ${this.said.join('')}`))
  }
}
