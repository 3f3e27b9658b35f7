import { Type } from 'typebox'
import { visibleEvents } from '../../../access/directory/visibility.ts'
import type { EventFilter, EventReader, Field } from '../../../core/query/query.ts'
import { principalOf } from '../../api/authentication.ts'
import type { DialectContext } from '../../api/dialect.ts'
import { requestContext } from '../../api/request-context.ts'
import type { NativeScope } from '../native-scope.ts'
import { mayReadEvents } from './event-search.ts'

/** Most sources in an answer: those with the most events. Each one is a query. */
const SOURCES_MAX = 50

const Source = Type.Object(
  {
    source: Type.String({ description: '`KIND/NAME`, as the filter `source` takes it' }),
    events: Type.Integer(),
    latest: Type.Optional(
      Type.String({ format: 'date-time', description: 'Time of its latest event' }),
    ),
    received: Type.Optional(
      Type.String({ format: 'date-time', description: 'When that one was stored' }),
    ),
    gaps: Type.Integer({ description: 'Events `source.gap` about it' }),
    collectorGaps: Type.Integer({ description: 'Its own events `collector.gap`' }),
    deadLetters: Type.Integer({ description: 'Deliveries that could not be read' }),
  },
  { title: 'Source' },
)

/** `GET /v1/sources`: where events come from, and whether they still do. */
export function registerEventSources(scope: NativeScope, context: DialectContext): void {
  const schema = {
    operationId: 'listSources',
    summary: 'The sources of the events that the caller may see',
    querystring: Type.Object({}, { additionalProperties: false }),
    response: {
      200: Type.Object(
        {
          sources: Type.Array(Source),
          isApproximate: Type.Boolean({
            description: 'Whether only the latest events were counted',
          }),
        },
        { description: `Up to ${SOURCES_MAX} sources, those with the most events first` },
      ),
    },
  }
  const options = { schema, onRequest: mayReadEvents(context) }
  scope.get('/v1/sources', options, async (request) => {
    const { events } = requestContext(context, request)
    const visible = visibleEvents(principalOf(request))
    const [all, ownGaps, gaps, letters] = await Promise.all([
      countBy(events, visible, BY_SOURCE),
      countBy(events, withAction(visible, 'collector.gap'), BY_SOURCE),
      // Its target is the source that it is about.
      countBy(events, withAction(visible, 'source.gap'), ['targetName']),
      countBy(events, withAction(visible, 'source.dead-letter'), BY_SOURCE),
    ])
    // A source may have lost all of its events.
    const names = [...new Set([...all.counts.keys(), ...gaps.counts.keys()])]
    const sources = await Promise.all(
      names.map(async (source) => {
        const latest = await latestOf(events, visible, source)
        return {
          source,
          events: all.counts.get(source) ?? 0,
          ...(latest && { latest: latest.event.time, received: latest.event.received }),
          gaps: gaps.counts.get(source) ?? 0,
          collectorGaps: ownGaps.counts.get(source) ?? 0,
          deadLetters: letters.counts.get(source) ?? 0,
        }
      }),
    )
    const counts = [all, ownGaps, gaps, letters]
    return { sources, isApproximate: counts.some(({ isApproximate }) => isApproximate) }
  })
}

const BY_SOURCE: readonly Field[] = ['sourceKind', 'sourceName']

function withAction(filter: EventFilter, action: string): EventFilter {
  return { ...filter, conditions: [...filter.conditions, { field: 'action', in: [action] }] }
}

async function countBy(events: EventReader, filter: EventFilter, by: readonly Field[]) {
  const { values, isApproximate } = await events.topValues({ filter, by, valuesMax: SOURCES_MAX })
  return {
    counts: new Map(values.map(({ keys, count }) => [keys.join('/'), count])),
    isApproximate,
  }
}

async function latestOf(events: EventReader, visible: EventFilter, source: string) {
  const slash = source.indexOf('/')
  const conditions = [
    ...visible.conditions,
    { field: 'sourceKind' as const, in: [source.slice(0, slash)] },
    { field: 'sourceName' as const, in: [source.slice(slash + 1)] },
  ]
  const page = await events.page({ filter: { ...visible, conditions }, order: 'newest', limit: 1 })
  return page.events[0]
}
