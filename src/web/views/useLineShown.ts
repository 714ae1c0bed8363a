import { useSignalEffect } from '@preact/signals'
import type { Signal } from '@preact/signals'
import type { RefObject } from 'preact'
import type { WantedLine } from '../state/textLine.ts'
import { LINE_HEIGHT } from './lineHeight.ts'

/** Selects a line of a text field and brings it into view when it is asked for. */
export function useLineShown(field: RefObject<HTMLTextAreaElement | null>, wanted: Signal<WantedLine | null>): void {
  useSignalEffect(() => {
    const line = wanted.value?.line
    if (line === undefined || !field.current) return
    const { value } = field.current
    let start = 0
    for (let i = 1; i < line; i += 1) start = value.indexOf('\n', start) + 1
    const end = value.indexOf('\n', start)
    field.current.focus()
    field.current.setSelectionRange(start, end < 0 ? value.length : end)
    field.current.scrollTop = Math.max(0, (line - 4) * LINE_HEIGHT)
    field.current.scrollLeft = 0
  })
}
