import { format, type Measurement } from './row.ts'

/** Above this size only rows that show how a ledger grows are measured, without peers. */
export const EVERY_ROW_EVENTS_MAX = 20_000_000
/** Why the others are not. */
export const SKIPPED_REASON =
  'above 20 M events only pages, disk and start are measured, without peers: each other row and ' +
  'peer would load the events once more'

const TIMES_MAX = 1.5
/** The bare numbers that must not grow with the ledger. */
const STEADY_VALUES = ['p50', 'readyMs'] as const
const MILLION = 1_000_000

/**
 * Sets the lines of ledgers above `EVERY_ROW_EVENTS_MAX` next to the same line of the next smaller
 * ledger, where one was measured: pages and starts may take 1.5 times as long at most.
 */
export function withGrowth(measurements: readonly Measurement[]): readonly Measurement[] {
  return measurements.map((line) => {
    const { events = 0, name } = line
    if (events <= EVERY_ROW_EVENTS_MAX) return line
    const smaller = measurements
      .filter((other) => other.name === name && (other.events ?? 0) < events)
      .toSorted((left, right) => (right.events ?? 0) - (left.events ?? 0))
      .at(0)
    const key = STEADY_VALUES.find((value) => value in line.values)
    if (smaller === undefined || key === undefined) return line
    const ratio = (line.values[key] ?? 0) / (smaller.values[key] ?? 0)
    const size = `${format((smaller.events ?? 0) / MILLION)} M events`
    return {
      ...line,
      baselines: [...line.baselines, { text: `with ${size} ${smaller.figure}`, ratio }],
      goals: [
        ...line.goals,
        { text: `≤ ${TIMES_MAX} × that with ${size}`, reached: ratio <= TIMES_MAX },
      ],
    }
  })
}
