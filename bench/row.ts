import type { Workbench } from './workbench.ts'

/** The parts of the benchmark that `--rows` chooses from, in the order in which they run. */
export const ROW_NAMES = [
  'ingest',
  'single',
  'checkpoints',
  'refused',
  'token-use',
  'list',
  'aggregate',
  'search',
  'readers',
  'together',
  'server-store',
  'export',
  'verify',
  'disk',
  'start',
] as const
export type RowName = (typeof ROW_NAMES)[number]

/** One part of the benchmark: measures what the ledger of one size does. */
export interface Row {
  readonly name: RowName
  /** Whether the size of the ledger matters; if not, the row runs once. */
  readonly isPerSize: boolean
  /** Whether it is measured with any size; if not, up to `EVERY_ROW_EVENTS_MAX` events. */
  readonly isForAnySize?: true
  /** @param events size of the ledger; of no meaning to a row that is not `isPerSize`. */
  measure(bench: Workbench, events: number): Promise<readonly Measurement[]>
}

/** A figure to reach, and whether it was. */
export interface Goal {
  /** `p50 ≤ 8 ms`. */
  readonly text: string
  /** Undefined while the peer that it is measured against is missing. */
  readonly reached: boolean | undefined
}

/** What a figure is compared with, measured in the same run. */
export interface Baseline {
  /** Who, and what was measured: `VictoriaLogs p50 42 ms, p99 60 ms`. */
  readonly text: string
  /** Waybill's figure divided by this one. */
  readonly ratio?: number
}

/** One line of the table. */
export interface Measurement {
  readonly name: string
  /** Events in the ledger while it was measured; absent where that does not matter. */
  readonly events?: number
  /** What was measured, as text with units: `p50 4.2 ms, p99 11 ms`. */
  readonly figure: string
  readonly baselines: readonly Baseline[]
  readonly goals: readonly Goal[]
  /** The bare numbers, for programs. */
  readonly values: Readonly<Record<string, number>>
}

/** The goal that a value is at least a bound. */
export function atLeast(what: string, value: number, bound: number, unit = ''): Goal {
  return { text: `${what} ≥ ${format(bound)}${unit}`.trim(), reached: value >= bound }
}

/** The goal that a value is at most a bound. */
export function atMost(what: string, value: number, bound: number, unit = ''): Goal {
  return { text: `${what} ≤ ${format(bound)}${unit}`.trim(), reached: value <= bound }
}

/** The value of a peer that a goal refers to; absent when the peer was not measured. */
export interface PeerValue {
  readonly peer: string
  readonly value: number | undefined
}

/** The goal that a value is at least so many times that of a peer. */
export function atLeastPeer(what: string, value: number, times: number, other: PeerValue): Goal {
  const { peer, value: bound } = other
  return {
    text: `${what} ≥ ${format(times)} × ${peer}`.trim(),
    reached: bound === undefined ? undefined : value >= times * bound,
  }
}

/** The goal that a value is at most that of a peer. */
export function atMostPeer(what: string, value: number, { peer, value: bound }: PeerValue): Goal {
  return {
    text: `${what} ≤ ${peer}`.trim(),
    reached: bound === undefined ? undefined : value <= bound,
  }
}

/** A number with three significant digits, or whole where it has more. */
export function format(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value)
  const rounded = Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3))
  return rounded.toLocaleString('en-GB')
}
