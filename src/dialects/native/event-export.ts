import { Type } from 'typebox'
import { visibleEvents } from '../../access/visibility.ts'
import { EXPORT_FORMATS, type ExportFormat } from '../../core/query.ts'
import { formatTimestamp } from '../../core/timestamp.ts'
import { principalOf } from '../authentication.ts'
import type { DialectContext } from '../dialect.ts'
import { beginDownload } from '../download.ts'
import { mayReadEvents } from './event-search.ts'
import { filterParameters, readFilter } from './filter-parameters.ts'
import type { NativeScope } from './native-scope.ts'

const MEDIA_TYPES: Readonly<Record<ExportFormat, string>> = {
  ndjson: 'application/x-ndjson',
  csv: 'text/csv; charset=utf-8',
  json: 'application/json',
  parquet: 'application/vnd.apache.parquet',
}

/** `GET /v1/events/export`: the whole filtered result as one document, in constant memory. */
export function registerEventExport(scope: NativeScope, context: DialectContext): void {
  const schema = {
    summary: 'Download every matching event, oldest first',
    produces: Object.values(MEDIA_TYPES),
    querystring: Type.Object(
      {
        ...filterParameters,
        format: Type.Optional(Type.Enum(EXPORT_FORMATS, { default: 'ndjson' })),
      },
      { additionalProperties: false },
    ),
  }
  const options = { schema, onRequest: mayReadEvents(context), exposeHeadRoute: false }
  scope.get('/v1/events/export', options, async (request, reply) => {
    const { format = 'ndjson', ...parameters } = request.query
    const filter = readFilter(parameters, visibleEvents(principalOf(request)))
    const document = await beginDownload(context.events.export(filter, format))
    const day = formatTimestamp(context.clock()).slice(0, 10)
    return reply
      .header('Content-Type', MEDIA_TYPES[format])
      .header('Cache-Control', 'no-store, no-transform')
      .header('Content-Disposition', `attachment; filename="events-${day}.${format}"`)
      .send(document)
  })
}
