import { Fault } from '../../../core/errors.ts'
import type { JsonObject } from '../../../core/event/event.ts'
import type { Condition, HistogramBucket, HistogramQuery } from '../../../core/query/query.ts'
import type { RequestContext } from '../../api/request-context.ts'
import { KINDS_WITH_EVENT, NOTIFICATION_EVENTS } from '../entries/page-keys.ts'
import { rangeTooLong } from '../errors.ts'
import type { LogParameters } from '../parameters.ts'
import { kindOfBucket, presentAggregate } from '../present.ts'
import { HAS_KIND, type LogSelection, ofKinds, subjectFilter } from '../selection.ts'
import { performerConditions } from './list-logs.ts'
import { DAY_MICROS, inversionOf, readTimeRange } from './time-range.ts'

/** Most buckets of an aggregate, before they are summed by kind: about ten a day for 25 years. */
const AGGREGATE_BUCKETS_MAX = 100_000

/** The answer of the three aggregate operations. */
export interface LogAggregate {
  readonly aggregated: readonly JsonObject[]
}

/**
 * How often each kind occurred on each day (UTC) of the range.
 *
 * @param daysMax longest range in days, end included; undefined for no limit.
 *
 * @throws QuayError 400 for a longer range, or for one with more than `AGGREGATE_BUCKETS_MAX`.
 */
export async function aggregateLogs(
  subject: LogSelection,
  parameters: LogParameters,
  context: Pick<RequestContext, 'events' | 'clock'>,
  daysMax: number | undefined,
): Promise<LogAggregate> {
  const range = readTimeRange(parameters.dates, context.clock(), inversionOf(subject))
  const spanMicros = range.endMicros - range.startMicros
  if (daysMax !== undefined && spanMicros > daysMax * DAY_MICROS) throw rangeTooLong()
  const bucketsOf = (more: readonly Condition[]) => {
    const conditions = [...performerConditions(parameters.performer), HAS_KIND, ...more]
    return histogram(context, {
      filter: subjectFilter(subject, range, conditions),
      interval: 'day',
      by: ['action', 'nativeAction', 'outcome'],
      bucketsMax: AGGREGATE_BUCKETS_MAX,
    })
  }
  const buckets = await bucketsOf([])
  const named = buckets.some(hasEvent) ? await bucketsOf(NAMED_EVENT) : []
  return { aggregated: presentAggregate(buckets, named, subject) }
}

/**
 * Holds for the notifications that a list serves under their own kind; the others are `unknown`
 * there, and therefore here.
 */
const NAMED_EVENT: readonly Condition[] = [
  ofKinds(KINDS_WITH_EVENT),
  { detail: 'event', in: NOTIFICATION_EVENTS },
]

function hasEvent(bucket: HistogramBucket): boolean {
  return KINDS_WITH_EVENT.includes(kindOfBucket(bucket)?.kind ?? '')
}

async function histogram(
  context: Pick<RequestContext, 'events'>,
  query: HistogramQuery,
): Promise<readonly HistogramBucket[]> {
  try {
    return await context.events.histogram(query)
  } catch (error) {
    if (error instanceof Fault && error.code === 'query.too-many-buckets') throw rangeTooLong()
    throw error
  }
}
