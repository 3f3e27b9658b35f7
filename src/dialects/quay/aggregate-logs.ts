import { Fault } from '../../core/errors.ts'
import type { JsonObject } from '../../core/event.ts'
import type { HistogramBucket, HistogramQuery } from '../../core/query.ts'
import type { DialectContext } from '../dialect.ts'
import { rangeTooLong } from './errors.ts'
import { performerConditions } from './list-logs.ts'
import type { LogParameters } from './parameters.ts'
import { presentAggregate } from './present.ts'
import { type LogSelection, subjectFilter } from './selection.ts'
import { DAY_MICROS, inversionOf, readTimeRange } from './time-range.ts'

/** Most buckets of an aggregate, before they are summed by kind: some ten a day for 25 years. */
const AGGREGATE_BUCKETS_MAX = 100_000

/** The answer of the three aggregate operations. */
export interface LogAggregate {
  readonly aggregated: readonly JsonObject[]
}

/**
 * How often each kind happened on each day (UTC) of the range.
 *
 * @param daysMax longest range in days, end included; undefined: any.
 * @throws QuayError 400 for a longer range, or for one with more than `AGGREGATE_BUCKETS_MAX`.
 */
export async function aggregateLogs(
  subject: LogSelection,
  parameters: LogParameters,
  context: Pick<DialectContext, 'events' | 'clock'>,
  daysMax: number | undefined,
): Promise<LogAggregate> {
  const range = readTimeRange(parameters.dates, context.clock(), inversionOf(subject))
  const spanMicros = range.endMicros - range.startMicros
  if (daysMax !== undefined && spanMicros > daysMax * DAY_MICROS) throw rangeTooLong()
  // Events without a kind are left out after counting: cheaper than naming 146 kinds to the store.
  const buckets = await histogram(context, {
    filter: subjectFilter(subject, range, performerConditions(parameters.performer)),
    interval: 'day',
    by: ['action', 'nativeAction', 'outcome'],
    bucketsMax: AGGREGATE_BUCKETS_MAX,
  })
  return { aggregated: presentAggregate(buckets, subject) }
}

async function histogram(
  context: Pick<DialectContext, 'events'>,
  query: HistogramQuery,
): Promise<readonly HistogramBucket[]> {
  try {
    return await context.events.histogram(query)
  } catch (error) {
    if (error instanceof Fault && error.code === 'query.too-many-buckets') throw rangeTooLong()
    throw error
  }
}
