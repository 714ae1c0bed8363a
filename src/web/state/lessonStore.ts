import { batch, computed, effect, signal } from '@preact/signals'
import { EngineClient } from '../engine/engineClient.ts'
import { language } from '../language/language.ts'
import type { LessonListAnswer, LessonStepAnswer } from '../worker/protocol.ts'
import { giveText } from './give.ts'
import { lesson, room, setForm, sides } from './pageStore.ts'

/** The lesson that is open, where one stands in it, and what was answered. */
class LessonStore {
  readonly list = signal<LessonListAnswer['lessons']>([])
  readonly step = signal<LessonStepAnswer | null>(null)
  readonly number = signal(0)
  /** The choice that was made, from 0; null: none yet. */
  readonly given = signal<number | null>(null)
  readonly rights = signal(0)
  readonly finished = signal(false)
  readonly next = computed(() => this.list.value[this.list.value.findIndex(({ id }) => id === lesson.value) + 1] ?? null)
  private readonly engine = new EngineClient()

  /** Follows the room, the lesson and the language; called once. */
  start(): void {
    effect(() => { if (room.value === 'lessons') void this.load(lesson.value, this.number.value) })
  }

  open(id: string): void {
    batch(() => {
      if (id !== lesson.value) this.step.value = null
      lesson.value = id
      this.number.value = 0
      this.given.value = null
      this.rights.value = 0
      this.finished.value = false
    })
  }

  choose(choice: number): void {
    if (this.given.value !== null || !this.step.value) return
    this.given.value = choice
    if (choice === this.step.value.right) this.rights.value += 1
  }

  goOn(): void {
    batch(() => {
      if (this.number.value + 1 >= (this.step.value?.steps ?? 0)) this.finished.value = true
      else this.number.value += 1
      this.given.value = null
    })
  }

  /** The step's rules and connection, in the room where they can be walked. */
  walk(): void {
    const walk = this.step.value?.walk
    if (!walk) return
    room.value = 'walk'
    setForm(walk.form)
    void giveText(sides.a, walk.name, walk.text)
  }

  private async load(id: string, number: number): Promise<void> {
    const told = language.value
    const { lessons } = await this.engine.ask({ kind: 'lessons', language: told })
    const { step } = id === '' ? { step: null } : await this.engine.ask({ kind: 'lesson', id, number, language: told })
    if (id !== lesson.value || number !== this.number.value || told !== language.value) return
    batch(() => {
      this.list.value = lessons
      this.step.value = step
    })
  }
}

export const lessonStore = new LessonStore()
