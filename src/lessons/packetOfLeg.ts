import type { Hook } from '../netfilter/hook.ts'
import type { TraceEvent } from '../netfilter/traceEvent.ts'
import type { LessonPacket } from './lesson.ts'

/** All that happens to a leg's first packet in a direction, each time it enters the stack: over lo it leaves and comes in again. */
export function packetOfLeg(events: readonly TraceEvent[], { leg, direction }: LessonPacket): readonly TraceEvent[] {
  const found: TraceEvent[] = []
  let within = false
  for (const event of events) {
    const { step } = event
    if (step.kind === 'packetEntered') within = step.leg === leg && step.reply === (direction === 'reply')
    if (within) found.push(event)
    else if (found.length > 0) break
  }
  return found
}

/** The mark a packet has when a hook is through with it; null where it never gets there. */
export function markBehind(packet: readonly TraceEvent[], hook: Hook): number | null {
  let mark = 0
  let reached = false
  for (const { step, patches } of packet) {
    if (reached && (step.kind === 'packetEntered' || step.kind === 'hookEntered')) break
    if (step.kind === 'packetEntered') mark = step.skb.mark
    if (step.kind === 'hookEntered') reached = step.hook === hook
    for (const { path, value } of patches) if (path.join('.') === 'skb.mark') mark = Number(value)
  }
  return reached ? mark : null
}
