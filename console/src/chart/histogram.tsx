import './histogram.css'
import { type KeyboardEvent, type PointerEvent, useRef, useState } from 'react'
import { axisTime, numberText, plainTime, shortNumber } from '../time/time-text.ts'
import { HistogramTable } from './histogram-table.tsx'
import { type Bar, scaleTop } from './time-bins.ts'

const HEIGHT = 100
/** In units of the drawing; a bar is 10 wide. */
const BAR_WIDTH = 10
const LABELS = 6
const KEYS = 'Arrow keys move, with Shift they select, Enter zooms in.'

/** Bars from one index up to another, both included, in any order. */
interface Selection {
  readonly anchor: number
  readonly end: number
}

/** Events over time; a period is chosen with the pointer or with the arrow keys. */
export function Histogram({
  bars,
  onZoom,
}: {
  readonly bars: readonly Bar[]
  readonly onZoom: (fromMs: number, toMs: number) => void
}) {
  const [selection, setSelection] = useState<Selection>()
  const [isTable, setTable] = useState(false)
  const top = scaleTop(Math.max(0, ...bars.map(({ succeeded, failed }) => succeeded + failed)))
  const zoom = ({ anchor, end }: Selection) => {
    const from = bars[Math.min(anchor, end)]
    const to = bars[Math.max(anchor, end)]
    setSelection(undefined)
    if (from !== undefined && to !== undefined) onZoom(from.startMs, to.endMs)
  }
  return (
    <figure className="histogram">
      {isTable ? (
        <HistogramTable bars={bars} onZoom={onZoom} />
      ) : (
        <div className="histogram-drawing">
          <span className="histogram-top">{shortNumber(top)}</span>
          <Bars bars={bars} top={top} {...{ selection, setSelection, zoom }} />
          <Axis bars={bars} />
        </div>
      )}
      <figcaption>
        <span aria-live="polite">
          {selection === undefined ? (
            <Legend bars={bars} />
          ) : (
            selectionText(bars, selection.anchor, selection.end)
          )}
        </span>
        <button type="button" className="text-button" onClick={() => setTable(!isTable)}>
          {isTable ? 'Show as chart' : 'Show as table'}
        </button>
      </figcaption>
    </figure>
  )
}

interface BarsProps {
  readonly bars: readonly Bar[]
  readonly top: number
  readonly selection: Selection | undefined
  readonly setSelection: (selection: Selection | undefined) => void
  readonly zoom: (selection: Selection) => void
}

function Bars({ bars, top, selection, setSelection, zoom }: BarsProps) {
  const isDragged = useRef(false)
  const indexAt = (event: PointerEvent<SVGSVGElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect()
    const place = Math.floor(((event.clientX - left) / width) * bars.length)
    return Math.min(Math.max(place, 0), bars.length - 1)
  }
  const onPointerMove = (event: PointerEvent<SVGSVGElement>) => {
    const index = indexAt(event)
    if (isDragged.current && selection !== undefined) setSelection({ ...selection, end: index })
    else setSelection({ anchor: index, end: index })
  }
  return (
    <svg
      className="histogram-bars"
      viewBox={`0 0 ${bars.length * BAR_WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="application"
      aria-roledescription="histogram"
      aria-label={`Events over time, ${summary(bars)}. ${KEYS}`}
      tabIndex={0}
      onKeyDown={(event) => moveByKey(event, { bars, selection, setSelection, zoom })}
      onPointerDown={(event) => {
        isDragged.current = true
        event.currentTarget.setPointerCapture(event.pointerId)
        setSelection({ anchor: indexAt(event), end: indexAt(event) })
      }}
      onPointerMove={onPointerMove}
      onPointerUp={() => {
        if (isDragged.current && selection !== undefined) zoom(selection)
        isDragged.current = false
      }}
      onPointerLeave={() => isDragged.current || setSelection(undefined)}
      onBlur={() => setSelection(undefined)}
    >
      {bars.map((bar, index) => (
        <BarShape key={bar.startMs} bar={bar} index={index} top={top} />
      ))}
      {selection !== undefined && <SelectionShape {...selection} />}
    </svg>
  )
}

function moveByKey(
  event: KeyboardEvent,
  { bars, selection, setSelection, zoom }: Omit<BarsProps, 'top'>,
): void {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
  if (step !== undefined) {
    event.preventDefault()
    const from = selection?.end ?? (step > 0 ? -1 : bars.length)
    const end = Math.min(Math.max(from + step, 0), bars.length - 1)
    const isExtended = event.shiftKey && selection !== undefined
    setSelection({ anchor: isExtended ? selection.anchor : end, end })
  } else if (event.key === 'Enter' && selection !== undefined) zoom(selection)
  else if (event.key === 'Escape' && selection !== undefined) {
    event.stopPropagation()
    setSelection(undefined)
  }
}

function BarShape({
  bar,
  index,
  top,
}: {
  readonly bar: Bar
  readonly index: number
  readonly top: number
}) {
  // What happened once among many is still seen.
  const height = (count: number) => (count === 0 ? 0 : Math.max((count / top) * HEIGHT, 2))
  const failed = height(bar.failed)
  const succeeded = height(bar.succeeded)
  const place = { x: index * BAR_WIDTH + 1, width: BAR_WIDTH - 2 }
  return (
    <>
      <rect {...place} className="bar" y={HEIGHT - failed - succeeded} height={succeeded} />
      <rect {...place} className="bar-failed" y={HEIGHT - failed} height={failed} />
    </>
  )
}

function SelectionShape({ anchor, end }: Selection) {
  const start = Math.min(anchor, end)
  const width = (Math.abs(anchor - end) + 1) * BAR_WIDTH
  return (
    <rect className="bar-selection" x={start * BAR_WIDTH} y={0} width={width} height={HEIGHT} />
  )
}

function Axis({ bars }: { readonly bars: readonly Bar[] }) {
  const first = bars[0]?.startMs ?? 0
  const last = bars.at(-1)?.endMs ?? first
  const marks = Array.from({ length: LABELS }, (_, index) => {
    return bars[Math.floor((index * bars.length) / LABELS)]?.startMs ?? first
  })
  return (
    <div className="histogram-axis" aria-hidden="true">
      {[...new Set(marks)].map((millis) => (
        <span key={millis}>{axisTime(millis, last - first)}</span>
      ))}
    </div>
  )
}

function Legend({ bars }: { readonly bars: readonly Bar[] }) {
  const failed = bars.reduce((sum, bar) => sum + bar.failed, 0)
  return (
    <>
      <strong>{numberText(countOf(bars))}</strong> events
      {failed > 0 && (
        <>
          , <span className="legend-failed">{numberText(failed)} failed or denied</span>
        </>
      )}
    </>
  )
}

function countOf(bars: readonly Bar[]): number {
  return bars.reduce((sum, { succeeded, failed }) => sum + succeeded + failed, 0)
}

function summary(bars: readonly Bar[]): string {
  const first = bars[0]
  const last = bars.at(-1)
  if (first === undefined || last === undefined) return 'none'
  const period = `${plainTime(first.startMs)} to ${plainTime(last.endMs)}`
  return `${numberText(countOf(bars))} from ${period}`
}

function selectionText(bars: readonly Bar[], anchor: number, end: number): string {
  const chosen = bars.slice(Math.min(anchor, end), Math.max(anchor, end) + 1)
  const failed = chosen.reduce((sum, bar) => sum + bar.failed, 0)
  return `${summary(chosen)}${failed > 0 ? `, ${numberText(failed)} failed or denied` : ''}`
}
