import { compileNetns } from '../engine/kernel.ts'
import type { CompiledNetns } from '../engine/kernel.ts'
import type { Netns } from '../host/netns.ts'
import type { MeshProfile } from '../proxy/meshProfile.ts'
import type { Connection } from '../world/connection.ts'
import { outcomesIn, traceIn } from '../world/traceConnection.ts'
import type { TracedOutcome } from '../world/traceConnection.ts'
import type { Listening } from '../world/walkEnvironment.ts'
import type { Walks } from './walker.ts'

/** A namespace of which everything is known. */
export class NetnsWalker implements Walks {
  readonly netns: Netns
  readonly profile: MeshProfile
  private readonly fixed: CompiledNetns

  constructor(netns: Netns, profile: MeshProfile) {
    this.netns = netns
    this.profile = profile
    this.fixed = compileNetns(netns)
  }

  outcomes(connection: Connection, listener: Listening): readonly TracedOutcome[] {
    return outcomesIn(this.fixed, this.profile, connection, listener)
  }

  trace(connection: Connection): readonly TracedOutcome[] {
    return traceIn(this.fixed, this.profile, connection, [], 'steps').outcomes
  }
}
