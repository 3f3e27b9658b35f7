import { format } from '../row.ts'

/** What is told of a set of times, in milliseconds. */
export interface Percentiles {
  readonly p50: number
  readonly p99: number
  readonly max: number
}

/**
 * Nearest-rank percentiles: each is one of the values, the smallest that so many percent of them
 * do not exceed.
 */
export function percentiles(values: readonly number[]): Percentiles {
  if (values.length === 0) throw new RangeError('no values')
  const sorted = values.toSorted((left, right) => left - right)
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
  return { p50: at(0.5), p99: at(0.99), max: at(1) }
}

export function median(values: readonly number[]): number {
  return percentiles(values).p50
}

/** `p50 4.2 ms, p99 11 ms`. */
export function formatPercentiles({ p50, p99 }: Percentiles): string {
  return `p50 ${format(p50)} ms, p99 ${format(p99)} ms`
}
