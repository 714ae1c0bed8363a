import { pictureSvg, traceCaption, traceText } from '../core.ts'
import { differencesOf } from './differencesOf.ts'
import { generatedText } from './generatedText.ts'
import { graphOf } from './graphOf.ts'
import { lessonList, lessonStep } from './lessonView.ts'
import type { Answer, Kind, Protocol, Request, Side } from './protocol.ts'
import { readSide } from './readSide.ts'
import type { LoadedSide } from './readSide.ts'
import { redactedSides } from './redactedSides.ts'
import { WalkedSide } from './walkSide.ts'

/** Answers what a page asks; texts, rules and traces stay here. */
export class Engine {
  private readonly loaded = new Map<Side, LoadedSide>()
  private readonly walked = new Map<Side, WalkedSide>()

  answer<K extends Kind>(request: { readonly kind: K } & Protocol[K]['ask']): Promise<Protocol[K]['answer']>
  async answer(request: Request): Promise<Answer> {
    switch (request.kind) {
      case 'read': return this.read(request)
      case 'walk': return this.walk(request)
      case 'frames': return { from: request.from, frames: this.walkOf(request.side)?.window(request.outcome, request.detail, request) ?? [] }
      case 'rows': return this.rows(request)
      case 'generate': return generatedText(request)
      case 'differences': return differencesOf(this.side('a'), this.side('b'), request.podIp)
      case 'redact': return redactedSides(request.sides.map((side) => this.side(side)), request.form)
      case 'lessons': return lessonList(request.language)
      case 'lesson': return { step: lessonStep(request) }
      case 'graph': return this.graph(request)
      case 'svg': return { text: this.svg(request) }
      case 'markdown': return { text: this.text(request) }
    }
  }

  private async read(asked: Protocol['read']['ask']): Promise<Answer<'read'>> {
    const { side, answer } = await readSide(asked)
    this.loaded.set(asked.side, side)
    this.walked.delete(asked.side)
    return answer
  }

  private walk({ side, form, detail }: Protocol['walk']['ask']): Answer<'walk'> {
    const walked = new WalkedSide(this.side(side), form)
    this.walked.set(side, walked)
    return walked.answer(detail)
  }

  private rows({ side, outcome, from, count }: Protocol['rows']['ask']): Answer<'rows'> {
    return { from, rows: this.side(side).rows.rows(from, count, this.walkOf(side)?.meetings(outcome) ?? new Map()) }
  }

  private graph({ side, outcome }: Protocol['graph']['ask']): Answer<'graph'> {
    const { picture, way, counters } = graphOf(this.side(side), this.walkOf(side)?.eventsOf(outcome) ?? [])
    return { picture, way, counters }
  }

  private svg({ side, outcome, scheme }: Protocol['svg']['ask']): string {
    const walked = this.walkOf(side)
    const { picture, trace, counters } = graphOf(this.side(side), walked?.eventsOf(outcome) ?? [])
    const traced = walked?.trace?.outcomes[outcome]
    return pictureSvg(picture, { trace, counters, scheme, caption: walked?.trace && traced ? traceCaption({ ...walked.trace, outcomes: [traced] }) : [] })
  }

  private text({ side, detail }: Protocol['markdown']['ask']): string {
    const trace = this.walkOf(side)?.trace
    return trace ? traceText(trace, detail, this.side(side).recognised) : ''
  }

  private walkOf(side: Side): WalkedSide | undefined {
    return this.walked.get(side)
  }

  private side(side: Side): LoadedSide {
    const loaded = this.loaded.get(side)
    if (!loaded) throw new Error(`side ${side} has not been read`)
    return loaded
  }
}

