import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { createInterface } from 'node:readline'
import { readTrace } from './packetText.ts'
import type { TracedPacket } from './packetText.ts'
import type { RuleHandles } from './ruleHandles.ts'

const PATIENCE = 2000

/** `xtables-monitor --trace` in a namespace. It dies of some IPv6 rules; it is started again then, and what it had is lost. */
export class TraceMonitor {
  private readonly namespace: string
  /** Started, and not yet known to listen: what comes first may be missed. */
  private listens = false
  private child: ChildProcessWithoutNullStreams | null = null
  private lines: string[] = []
  private awaited: { readonly port: number; readonly done: (seen: boolean) => void } | null = null

  constructor(namespace: string) {
    this.namespace = namespace
    this.start()
  }

  clear(): void {
    this.lines = []
  }

  /** All packets before the datagram to this port. */
  packets(handles: RuleHandles, sentinel: number): TracedPacket[] {
    const end = this.lines.findIndex((line) => line.includes(` DPORT=${sentinel} `))
    return readTrace(end < 0 ? this.lines : this.lines.slice(0, end), handles)
  }

  /** Waits until a datagram to this port shows; false when the monitor died, did not listen from the beginning, or does not see it. */
  async seen(port: number): Promise<boolean> {
    const whole = this.listens
    const seen = await this.shows(port)
    this.listens = seen
    return whole && seen
  }

  private shows(port: number): Promise<boolean> {
    if (!this.child) {
      this.start()
      return Promise.resolve(false)
    }
    return new Promise((resolve) => {
      const timer = setTimeout(() => { this.finish(false) }, PATIENCE)
      this.awaited = { port, done: (seen) => { clearTimeout(timer); resolve(seen) } }
      if (this.lines.some((line) => line.includes(` DPORT=${port} `))) this.finish(true)
    })
  }

  end(): void {
    this.child?.removeAllListeners('exit')
    this.child?.kill('SIGKILL')
    this.child = null
  }

  private start(): void {
    const child = spawn('ip', ['netns', 'exec', this.namespace, 'xtables-monitor', '--trace'])
    this.child = child
    this.listens = false
    createInterface({ input: child.stdout }).on('line', (line) => { this.hear(line) })
    child.stdin.on('error', () => undefined)
    child.on('exit', () => { this.child = null; this.finish(false) })
  }

  private hear(line: string): void {
    this.lines.push(line)
    if (this.awaited && line.includes(` DPORT=${this.awaited.port} `)) this.finish(true)
  }

  private finish(seen: boolean): void {
    this.awaited?.done(seen)
    this.awaited = null
  }
}
