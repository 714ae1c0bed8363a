import { chainPicture } from '../render/graph/chainPicture.ts'
import { counterOverlay } from '../render/graph/counterOverlay.ts'
import { mermaid } from '../render/graph/mermaid.ts'
import { pictureDot } from '../render/graph/pictureDot.ts'
import { pictureSvg } from '../render/graph/pictureSvg.ts'
import { traceCaption } from '../render/graph/traceCaption.ts'
import { traceOverlay } from '../render/graph/traceOverlay.ts'
import { backendOf } from '../world/backendOf.ts'
import type { Question } from '../world/question.ts'
import type { Trace } from '../world/traceConnection.ts'
import type { PictureFormat } from './pictureFormat.ts'

export interface Laid {
  readonly trace: Trace | null
  readonly counters: 'warm' | 'hidden'
}

/** The chain graph of a state of the rules, with what is to be laid over it. */
export function pictureText({ state, facts }: Pick<Question, 'state' | 'facts'>, format: PictureFormat, { trace, counters }: Laid): string {
  const overlay = trace?.outcomes[0] ? traceOverlay(trace.outcomes[0].events) : null
  const picture = chainPicture(state.rulesets, { keep: overlay?.all.steps ?? [], backends: { 4: backendOf(4, state, facts), 6: backendOf(6, state, facts) } })
  const options = { ...(overlay && { trace: overlay }), ...(trace && { caption: traceCaption(trace) }), ...(counters === 'warm' && { counters: counterOverlay(picture) }) }
  switch (format) {
    case 'svg': return pictureSvg(picture, options)
    case 'dot': return pictureDot(picture, options)
    case 'mermaid': return mermaid(picture, options)
  }
}
