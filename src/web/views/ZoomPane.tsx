import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { t } from '../language/language.ts'

interface ZoomPaneProps {
  readonly width: number
  readonly height: number
  readonly label: string
  /** What is to be seen, wherever the picture stands; null: nothing in particular. */
  readonly follow: { readonly x: number; readonly y: number } | null
  readonly children: ComponentChildren
}

/** What part of the picture is seen. */
interface View {
  readonly x: number
  readonly y: number
  readonly scale: number
}

/** Smaller, and the rules could not be read. */
const LEGIBLE = 0.7

const [CLOSEST, FARTHEST] = [4, 0.05]

/** A drawing to be moved and brought closer by pointer, wheel, keys and buttons. */
export function ZoomPane({ width, height, label, follow, children }: ZoomPaneProps) {
  const box = useRef<HTMLDivElement>(null)
  const view = useSignal<View | null>(null)
  const held = useSignal<{ readonly x: number; readonly y: number; readonly from: View } | null>(null)
  const room = (): { readonly width: number; readonly height: number } => ({ width: box.current?.clientWidth ?? 800, height: box.current?.clientHeight ?? 500 })
  const whole = (): View => ({ x: 0, y: 0, scale: Math.min(room().width / width, room().height / height, 1) })
  // Legible first: the whole picture only where it fits.
  const now = view.value ?? { x: 0, y: 0, scale: Math.max(whole().scale, LEGIBLE) }
  const zoom = (by: number, at = { x: room().width / 2, y: room().height / 2 }): void => {
    const scale = Math.min(CLOSEST, Math.max(FARTHEST, now.scale * by))
    view.value = { scale, x: now.x + at.x / now.scale - at.x / scale, y: now.y + at.y / now.scale - at.y / scale }
  }
  const [followX, followY] = [follow?.x ?? null, follow?.y ?? null]
  useEffect(() => {
    if (followX === null || followY === null) return
    const [left, top] = [(followX - now.x) * now.scale, (followY - now.y) * now.scale]
    const margin = 40
    if (left >= margin && left <= room().width - margin && top >= margin && top <= room().height - margin) return
    view.value = { ...now, x: Math.max(0, followX - room().width / 2 / now.scale), y: Math.max(0, followY - room().height / 2 / now.scale) }
  }, [followX, followY])
  const pan = (x: number, y: number): void => { view.value = { ...now, x: now.x + x / now.scale, y: now.y + y / now.scale } }
  const keys: Readonly<Record<string, () => void>> = { ArrowLeft: () => { pan(-60, 0) }, ArrowRight: () => { pan(60, 0) }, ArrowUp: () => { pan(0, -60) }, ArrowDown: () => { pan(0, 60) }, '+': () => { zoom(1.25) }, '=': () => { zoom(1.25) }, '-': () => { zoom(0.8) }, 0: () => { view.value = whole() } }
  const wheel = (event: WheelEvent): void => {
    event.preventDefault()
    const place = box.current?.getBoundingClientRect()
    if (event.ctrlKey || event.metaKey) zoom(Math.exp(-event.deltaY / 200), { x: event.clientX - (place?.x ?? 0), y: event.clientY - (place?.y ?? 0) })
    else pan(event.deltaX, event.deltaY)
  }
  return (
    <div class="zoom">
      <div class="zoom-buttons">
        <button type="button" aria-label={t('zoomIn')} title={t('zoomIn')} onClick={() => { zoom(1.25) }}>+</button>
        <button type="button" aria-label={t('zoomOut')} title={t('zoomOut')} onClick={() => { zoom(0.8) }}>−</button>
        <button type="button" onClick={() => { view.value = whole() }}>{t('zoomFit')}</button>
      </div>
      <div
        ref={box} class="zoom-box" tabIndex={0} role="group" aria-label={label} onWheel={wheel} onKeyDown={(event) => { const act = keys[event.key]; if (act) { event.preventDefault(); act() } }}
        onPointerDown={(event) => { held.value = { x: event.clientX, y: event.clientY, from: now }; event.currentTarget.setPointerCapture(event.pointerId) }}
        onPointerMove={(event) => { const start = held.value; if (start) view.value = { ...start.from, x: start.from.x - (event.clientX - start.x) / now.scale, y: start.from.y - (event.clientY - start.y) / now.scale } }}
        onPointerUp={() => { held.value = null }} onPointerCancel={() => { held.value = null }}
      >
        <svg role="img" aria-label={label} width="100%" height="100%"><g transform={`scale(${now.scale}) translate(${-now.x} ${-now.y})`}>{children}</g></svg>
      </div>
    </div>
  )
}
