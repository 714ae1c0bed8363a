import { useSignal, useSignalEffect } from '@preact/signals'
import type { ReadonlySignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'

interface VirtualListProps {
  readonly count: number
  readonly rowHeight: number
  readonly label: string
  /** The row to keep in view; null: none. */
  readonly shown: ReadonlySignal<number | null>
  readonly row: (index: number) => ComponentChildren
  readonly kind: 'list' | 'listbox'
  readonly id?: string
  readonly active?: string | undefined
  readonly onKeyDown?: (event: KeyboardEvent) => void
}

const SPARE = 8

/** A list of any length: only the rows in view are made. Every row has the same height. */
export function VirtualList({ count, rowHeight, label, shown, row, kind, id, active, onKeyDown }: VirtualListProps) {
  const box = useRef<HTMLDivElement>(null)
  const view = useSignal({ top: 0, height: 600 })
  useLayoutEffect(() => {
    const element = box.current
    if (!element) return undefined
    const measured = new ResizeObserver(() => { view.value = { top: element.scrollTop, height: element.clientHeight } })
    measured.observe(element)
    return () => { measured.disconnect() }
  }, [view])
  useSignalEffect(() => { const wanted = shown.value; if (wanted !== null) bringIntoView(box.current, wanted * rowHeight, rowHeight) })
  const first = Math.max(0, Math.floor(view.value.top / rowHeight) - SPARE)
  const last = Math.min(count, Math.ceil((view.value.top + view.value.height) / rowHeight) + SPARE)
  return (
    <div
      ref={box} class="virtual" role={kind} aria-label={label} tabIndex={0} id={id} aria-activedescendant={active} onKeyDown={onKeyDown}
      onScroll={({ currentTarget }) => { view.value = { top: currentTarget.scrollTop, height: currentTarget.clientHeight } }}
    >
      <div class="spacer" role="presentation" style={{ height: `${count * rowHeight}px` }}>
        <div class="rows" role="presentation" style={{ transform: `translateY(${first * rowHeight}px)` }}>
          {Array.from({ length: Math.max(0, last - first) }, (_, i) => row(first + i))}
        </div>
      </div>
    </div>
  )
}

/** Scrolls the list alone, not the page. */
function bringIntoView(element: HTMLDivElement | null, top: number, height: number): void {
  if (!element) return
  const margin = Math.min(3 * height, element.clientHeight / 3)
  if (top < element.scrollTop + margin) element.scrollTop = Math.max(0, top - margin)
  else if (top + height > element.scrollTop + element.clientHeight - margin) element.scrollTop = top + height + margin - element.clientHeight
}
