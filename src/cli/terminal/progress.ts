import type { Output } from '../command-io.ts'

/** Shortest time between two updates of the line, in milliseconds. */
const DRAW_INTERVAL_MS = 100
const CLEAR_LINE = '\r\u001b[K'

/** A line on a terminal that shows the progress of a command; without a terminal, nothing. */
export interface Progress {
  /** Redraws the line, unless it was drawn just before. */
  update(count: number): void
  /** Removes the line. */
  clear(): void
  /** Count per second since the start. */
  rate(count: number): number
}

/** @param words the text of the line: `(count, rate) => '5 events, 2/s'`. */
export function createProgress(
  output: Output,
  words: (count: number, perSecond: number) => string,
): Progress {
  const startedMs = performance.now()
  let drawnMs = Number.NEGATIVE_INFINITY
  const rate = (count: number) => count / Math.max((performance.now() - startedMs) / 1000, 0.001)
  return {
    rate,
    update(count) {
      const now = performance.now()
      if (output.isTTY !== true || now - drawnMs < DRAW_INTERVAL_MS) return
      drawnMs = now
      output.write(`${CLEAR_LINE}${words(count, rate(count))}`)
    },
    clear() {
      if (output.isTTY === true && drawnMs > 0) output.write(CLEAR_LINE)
    },
  }
}

/** A whole number with separators: `12,000`. */
export function grouped(count: number): string {
  return Math.round(count).toLocaleString('en-US')
}

/** A number of bytes for people: `1.5 MiB`. */
export function byteSize(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let value = bytes
  let index = 0
  while (value >= 1024 && index < units.length - 1) {
    value /= 1024
    index += 1
  }
  return `${index === 0 ? value : value.toFixed(1)} ${units[index]}`
}
