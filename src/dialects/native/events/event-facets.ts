import { Type } from 'typebox'
import { visibleEvents } from '../../../access/directory/visibility.ts'
import type { Field } from '../../../core/query/query.ts'
import { principalOf } from '../../api/authentication.ts'
import type { DialectContext } from '../../api/dialect.ts'
import { requestContext } from '../../api/request-context.ts'
import type { NativeScope } from '../native-scope.ts'
import { searchHeaders } from '../searches/search-name.ts'
import type { SearchRecords } from '../searches/search-records.ts'
import { COUNTED_FIELDS, mayReadEvents } from './event-search.ts'
import { filterParameters, readFilter } from './filter-parameters.ts'

/** Most values of one field in an answer. */
const FACET_VALUES_MAX = 100
/** Values of one field in an answer by default. */
const FACET_VALUES_DEFAULT = 10
/** Most fields of one request. Each one is a query. */
const FACET_FIELDS_MAX = 10

const FACET_WORDS = Object.keys(COUNTED_FIELDS) as (keyof typeof COUNTED_FIELDS)[]

/** `GET /v1/events/facets`: the most frequent values of fields among the matching events. */
export function registerFacets(
  scope: NativeScope,
  context: DialectContext,
  searches: SearchRecords,
): void {
  const schema = {
    operationId: 'countEventsByValue',
    summary: 'The most frequent values of fields among the matching events',
    headers: searchHeaders,
    querystring: Type.Object(
      {
        ...filterParameters,
        field: Type.Array(Type.Enum(FACET_WORDS), {
          minItems: 1,
          maxItems: FACET_FIELDS_MAX,
          description: 'Fields to count by, each on its own',
        }),
        limit: Type.Optional(
          Type.Integer({
            minimum: 1,
            maximum: FACET_VALUES_MAX,
            default: FACET_VALUES_DEFAULT,
            description: 'Most values of each field',
          }),
        ),
      },
      { additionalProperties: false },
    ),
    response: {
      200: Type.Object(
        {
          facets: Type.Array(
            Type.Object({
              field: Type.Enum(FACET_WORDS),
              values: Type.Array(
                Type.Object({
                  value: Type.String({
                    description: 'A value of the filter of this name; of a source `kind/name`',
                  }),
                  count: Type.Integer(),
                }),
              ),
              isApproximate: Type.Boolean({
                description: 'Whether only the latest of the matching events were counted',
              }),
            }),
          ),
        },
        { description: 'The values of each field, the most frequent first' },
      ),
    },
  }
  const options = { schema, onRequest: mayReadEvents(context) }
  scope.get('/v1/events/facets', options, async (request) => {
    const { field: words, limit = FACET_VALUES_DEFAULT, ...parameters } = request.query
    const filter = readFilter(parameters, visibleEvents(principalOf(request)))
    const { events } = requestContext(context, request)
    const counted = [...new Set(words)].map(async (field) => {
      const having = COUNTED_FIELDS[field]
      const conditions = [...filter.conditions, { field: having, notIn: [''] }]
      // Every value finds its events as a filter: a source does so by its kind and name.
      const by: readonly Field[] = field === 'source' ? ['sourceKind', having] : [having]
      const found = await events.topValues({
        filter: { ...filter, conditions },
        by,
        valuesMax: limit,
      })
      const values = found.values.map(({ keys, count }) => ({ value: keys.join('/'), count }))
      return { field, values, isApproximate: found.isApproximate }
    })
    const facets = await Promise.all(counted)
    await searches.record(request, filter, { form: 'facets' })
    return { facets }
  })
}
