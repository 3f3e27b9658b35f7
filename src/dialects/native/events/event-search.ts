import { Type } from 'typebox'
import type { Scope } from '../../../access/directory/principal.ts'
import { visibleEvents } from '../../../access/directory/visibility.ts'
import { Fault, invalidValue } from '../../../core/errors.ts'
import type { StoredEvent } from '../../../core/event/event.ts'
import {
  HISTOGRAM_BUCKETS_MAX,
  PAGE_EVENTS_DEFAULT,
  PAGE_EVENTS_MAX,
} from '../../../core/limits.ts'
import type { EventReader } from '../../../core/query/query.ts'
import { type Field, HISTOGRAM_INTERVALS } from '../../../core/query/query.ts'
import { findTimeZone, isUtc, type TimeZone } from '../../../core/time/time-zone.ts'
import { formatTimestamp } from '../../../core/time/timestamp.ts'
import { isUuid } from '../../../core/values/uuid.ts'
import { authenticated, principalOf } from '../../api/authentication.ts'
import type { DialectContext } from '../../api/dialect.ts'
import { problemAnswers } from '../../api/problems/problem-answers.ts'
import { requestContext } from '../../api/request-context.ts'
import type { NativeScope } from '../native-scope.ts'
import { searchHeaders } from '../searches/search-name.ts'
import type { SearchRecords } from '../searches/search-records.ts'
import { EventSchema, eventJson } from './event-json.ts'
import { eventsSince } from './events-since.ts'
import { filterParameters, readFilter } from './filter-parameters.ts'
import { positionParameters } from './ledger-position.ts'

const Closed = { additionalProperties: false } as const

/** The fields that `by` may count by, named as the filters with a single field. */
export const COUNTED_FIELDS = {
  actor: 'actorName',
  action: 'action',
  category: 'category',
  namespace: 'namespace',
  repository: 'repository',
  target: 'targetName',
  source: 'sourceName',
  level: 'level',
  outcome: 'outcome',
  ip: 'ip',
} as const satisfies Record<string, Field>

/** Longest name of a time zone, in characters; the longest existing one has 32. */
const TIME_ZONE_LENGTH_MAX = 64

const COUNTED_WORDS = Object.keys(COUNTED_FIELDS) as (keyof typeof COUNTED_FIELDS)[]

const Cursor = Type.String({
  description: '`next` of the previous page',
  documented: { pattern: '^[A-Za-z0-9_-]{22,}$' },
})

/** `GET /v1/events` and the other routes that read events one answer at a time. */
export function registerEventSearch(
  scope: NativeScope,
  context: DialectContext,
  searches: SearchRecords,
): void {
  registerPage(scope, context, searches)
  registerEvent(scope, context)
  registerCount(scope, context, searches)
  registerHistogram(scope, context, searches)
}

/** Tokens with one of these may read events. */
export const READING_SCOPES = ['events:read', 'admin'] as const satisfies readonly Scope[]

/** The hook of every route that reads events. */
export function mayReadEvents(context: DialectContext) {
  return authenticated(context.directory, { scopes: READING_SCOPES })
}

function registerPage(scope: NativeScope, context: DialectContext, searches: SearchRecords): void {
  const schema = {
    operationId: 'searchEvents',
    summary: 'Search events, one page at a time',
    headers: searchHeaders,
    querystring: Type.Object(
      {
        ...filterParameters,
        order: Type.Optional(
          Type.Enum(['newest', 'oldest', 'seq'], {
            default: 'newest',
            description: "By time, or `seq` for the order of arrival in this instance's ledger",
          }),
        ),
        ...positionParameters,
        limit: Type.Optional(
          Type.Integer({
            minimum: 1,
            maximum: PAGE_EVENTS_MAX,
            default: PAGE_EVENTS_DEFAULT,
            description: 'Most events on a page',
          }),
        ),
        cursor: Type.Optional(Cursor),
      },
      Closed,
    ),
    answers: problemAnswers([409]),
    response: {
      200: Type.Object(
        {
          events: Type.Array(EventSchema),
          next: Type.Optional(Type.String({ description: 'Absent on the last page' })),
          after: Type.Optional(
            Type.Integer({ description: 'With `order=seq`: `after` of the next request' }),
          ),
          origin: Type.Optional(Type.String({ description: 'With `order=seq`: the ledger' })),
        },
        { description: 'A page of events' },
      ),
    },
  }
  scope.get('/v1/events', { schema, onRequest: mayReadEvents(context) }, async (request) => {
    const { order = 'newest', limit = PAGE_EVENTS_DEFAULT, cursor, ...rest } = request.query
    const { after, origin, ...parameters } = rest
    const asked = requestContext(context, request)
    const filter = readFilter(parameters, visibleEvents(principalOf(request)))
    // A page after the first one belongs to a search that was recorded.
    const record = async (rows: number, hasMore: boolean) => {
      if (cursor === undefined) {
        await searches.record(request, filter, { form: 'page', rows, hasMore })
      }
    }
    if (order === 'seq') {
      const since = await eventsSince(asked, { filter, limit, after, origin, cursor })
      await record(since.events.length, since.next !== undefined)
      return since
    }
    refuseWithoutSeq({ after, origin })
    const filterText = JSON.stringify(filter)
    const page = await asked.events.page({
      filter,
      order,
      limit,
      ...(cursor === undefined ? {} : { after: context.cursors.decode(cursor, order, filterText) }),
    })
    const events = page.events.map(eventJson)
    await record(events.length, page.next !== undefined)
    if (page.next === undefined) return { events }
    return { events, next: context.cursors.encode(page.next, order, filterText) }
  })
}

/** A position in the ledger has no meaning in an order by time. */
function refuseWithoutSeq(position: Readonly<Record<string, unknown>>): void {
  const given = Object.keys(position).filter((name) => position[name] !== undefined)
  if (given.length === 0) return
  const problems = given.map((path) => ({ path, expected: '`order=seq` with it' }))
  throw new Fault('request.invalid', { problems })
}

function registerEvent(scope: NativeScope, context: DialectContext): void {
  const schema = {
    operationId: 'getEvent',
    summary: 'One event',
    params: Type.Object({ id: Type.String({ description: 'Id of the event' }) }),
    querystring: Type.Object({}, Closed),
    response: { 200: EventSchema },
  }
  const options = { schema, onRequest: mayReadEvents(context) }
  scope.get('/v1/events/:id', options, async (request) => {
    const { events } = requestContext(context, request)
    const found = await findVisible(events, request.params.id.toLowerCase(), principalOf(request))
    if (found === undefined) throw new Fault('resource.missing', { detail: 'no such event' })
    return eventJson(found)
  })
}

/**
 * An event that may not be seen counts as missing: the answer must not reveal that an id exists.
 */
export async function findVisible(
  events: EventReader,
  id: string,
  principal: ReturnType<typeof principalOf>,
): Promise<StoredEvent | undefined> {
  if (!isUuid(id)) return undefined
  const { tenants, conditions } = visibleEvents(principal)
  if (conditions.length === 0) return events.get(tenants, id)
  const filter = { tenants, conditions: [...conditions, { field: 'id' as const, in: [id] }] }
  const page = await events.page({ filter, order: 'newest', limit: 1 })
  return page.events[0]
}

function registerCount(scope: NativeScope, context: DialectContext, searches: SearchRecords): void {
  const schema = {
    operationId: 'countEvents',
    summary: 'Count the matching events',
    headers: searchHeaders,
    querystring: Type.Object(filterParameters, Closed),
    response: {
      200: Type.Object({ count: Type.Integer() }, { description: 'The number of events' }),
    },
  }
  scope.get('/v1/events/count', { schema, onRequest: mayReadEvents(context) }, async (request) => {
    const filter = readFilter(request.query, visibleEvents(principalOf(request)))
    const count = await requestContext(context, request).events.count(filter)
    await searches.record(request, filter, { form: 'count', matches: count })
    return { count }
  })
}

function registerHistogram(
  scope: NativeScope,
  context: DialectContext,
  searches: SearchRecords,
): void {
  const schema = {
    operationId: 'countEventsByTime',
    summary: 'Count matching events by time, and by one field',
    headers: searchHeaders,
    querystring: Type.Object(
      {
        ...filterParameters,
        interval: Type.Enum(HISTOGRAM_INTERVALS, {
          description: 'Calendar intervals; a week begins on Monday',
        }),
        timeZone: Type.Optional(
          Type.String({
            minLength: 1,
            maxLength: TIME_ZONE_LENGTH_MAX,
            default: 'UTC',
            description:
              'Time zone of the intervals, a name of the IANA database such as Europe/Berlin',
          }),
        ),
        by: Type.Optional(
          Type.Enum(COUNTED_WORDS, { description: 'Count each value of this field separately' }),
        ),
      },
      Closed,
    ),
    response: {
      200: Type.Object(
        {
          buckets: Type.Array(
            Type.Object({
              time: Type.String({ format: 'date-time', description: 'Start of the interval' }),
              key: Type.Optional(
                Type.String({ description: 'The value of `by`; empty when the event has none' }),
              ),
              count: Type.Integer(),
            }),
          ),
        },
        { description: 'The intervals with events, oldest first' },
      ),
    },
  }
  const options = { schema, onRequest: mayReadEvents(context) }
  scope.get('/v1/events/histogram', options, async (request) => {
    const { interval, timeZone, by, ...parameters } = request.query
    const filter = readFilter(parameters, visibleEvents(principalOf(request)))
    const found = await requestContext(context, request).events.histogram({
      filter,
      interval,
      ...zoneOf(timeZone),
      by: by === undefined ? [] : [COUNTED_FIELDS[by]],
      bucketsMax: HISTOGRAM_BUCKETS_MAX,
    })
    const matches = found.reduce((sum, { count }) => sum + count, 0)
    await searches.record(request, filter, { form: 'histogram', matches })
    const buckets = found.map(({ timeMicros, keys, count }) => ({
      time: formatTimestamp(timeMicros),
      ...(by === undefined ? {} : { key: keys[0] ?? '' }),
      count,
    }))
    return { buckets }
  })
}

/** Undefined for UTC, whose days are counted in advance. */
function zoneOf(name: string | undefined): { readonly timeZone?: TimeZone } {
  if (name === undefined) return {}
  const timeZone = findTimeZone(name)
  if (timeZone === undefined) {
    const expected = `the name of a zone of the IANA time zone database, not "${name}"`
    throw invalidValue('timeZone', expected)
  }
  return isUtc(timeZone) ? {} : { timeZone }
}
