import { setTimeout as sleep } from 'node:timers/promises'
import { printAddress } from '../../src/net/address.ts'
import type { Scenario } from '../../src/world/scenario/scenario.ts'
import { Program } from './program.ts'
import type { AcceptMessage, EventMessage, LabMode, Reply, Role } from './program.ts'
import { mustNow } from './run.ts'
import type { ScenarioNamespaces } from './scenarioNamespaces.ts'

/** Milliseconds for all dials that one causes. */
const PATIENCE = 5000

/** The programs of a scenario's pods, each in its namespace: the app, and where there is a sidecar its Envoy and agent; and somebody who dials on every host. */
export class ScenarioPrograms {
  private readonly programs: { readonly host: string; readonly program: Program }[] = []
  private accepts: { readonly host: string; readonly message: AcceptMessage }[] = []
  private sourcePort = 20000

  private constructor(namespaces: ScenarioNamespaces, { pods, nodes, outside }: Scenario) {
    for (const { name, sidecar } of pods) {
      if (sidecar === 'TPROXY') returnMarked(namespaces.of(name))
      const roles: readonly Role[] = sidecar === null ? ['app', 'dialler'] : ['app', 'agent', 'envoy', 'dialler']
      for (const role of roles) this.start(namespaces, name, role, sidecar ?? 'REDIRECT')
    }
    for (const { name } of [...nodes, ...outside]) this.start(namespaces, name, 'dialler', 'REDIRECT')
  }

  static async create(namespaces: ScenarioNamespaces, scenario: Scenario): Promise<ScenarioPrograms> {
    const all = new ScenarioPrograms(namespaces, scenario)
    await Promise.all(all.programs.map(({ program }) => program.ready))
    return all
  }

  /** Makes the connection, and waits until nobody has anything left to do. */
  async dial({ connection: { from, to, uid } }: Scenario): Promise<{ readonly reply: Reply; readonly accepts: readonly { readonly host: string; readonly message: AcceptMessage }[] }> {
    this.accepts = []
    this.sourcePort += 1
    const dialler = this.programs.find(({ host, program }) => host === from && program.role === 'dialler')?.program
    if (!dialler) throw new Error(`nobody dials on ${from}`)
    const reply = await dialler.ask({ do: 'dial', protocol: 'tcp', source: null, sourcePort: this.sourcePort, to: printAddress(to.address), port: to.port, uid, gid: uid, mark: 0, transparent: false })
    await this.settle()
    const { accepts } = this
    await Promise.all(this.programs.map(({ program }) => program.ask({ do: 'reset' })))
    return { reply, accepts }
  }

  end(): void {
    for (const { program } of this.programs) program.end()
  }

  private start(namespaces: ScenarioNamespaces, host: string, role: Role, mode: LabMode): void {
    const heard = (message: EventMessage): void => { if (message.event === 'accept') this.accepts.push({ host, message }) }
    this.programs.push({ host, program: new Program(namespaces.of(host), role, mode, heard) })
  }

  private async settle(): Promise<void> {
    const until = Date.now() + PATIENCE
    for (let quiet = 0; quiet < 3 && Date.now() < until;) {
      const before = this.accepts.length
      await sleep(5)
      const replies = await Promise.all(this.programs.map(({ program }) => program.ask({ do: 'ping' })))
      quiet = replies.some(({ pending = 0 }) => pending > 0) || this.accepts.length !== before ? 0 : quiet + 1
    }
  }
}

/** What istio-iptables adds for TPROXY besides rules. */
function returnMarked(namespace: string): void {
  mustNow(namespace, ['sh', '-c', 'ip rule add fwmark 1337 lookup 133 && ip route add local 0.0.0.0/0 dev lo table 133'])
}
