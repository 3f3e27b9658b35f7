import { Type } from 'typebox'
import { visibleEvents } from '../../../access/directory/visibility.ts'
import { invalidValue } from '../../../core/errors.ts'
import { EXPORT_FORMATS, type ExportFormat } from '../../../core/query/query.ts'
import { formatTimestamp } from '../../../core/time/timestamp.ts'
import type { AnswerDescription } from '../../api/api-description.ts'
import { principalOf } from '../../api/authentication.ts'
import { beginDownload } from '../../api/bodies/download.ts'
import type { DialectContext } from '../../api/dialect.ts'
import { requestContext } from '../../api/request-context.ts'
import type { NativeScope } from '../native-scope.ts'
import { EventSchema } from './event-json.ts'
import { mayReadEvents } from './event-search.ts'
import { filterParameters, readFilter } from './filter-parameters.ts'

const MEDIA_TYPES: Readonly<Record<ExportFormat, string>> = {
  ndjson: 'application/x-ndjson',
  csv: 'text/csv; charset=utf-8',
  json: 'application/json',
  parquet: 'application/vnd.apache.parquet',
}

const DOCUMENT: AnswerDescription = {
  description: 'The document, in the format that was asked for',
  content: {
    'application/x-ndjson': Type.String({ description: 'An event a line' }),
    'text/csv': Type.String({ description: 'A row for each event, under a row of names' }),
    'application/json': Type.Array(EventSchema),
    'application/vnd.apache.parquet': Type.String({ format: 'binary' }),
  },
  headers: { 'Content-Disposition': 'A name for the file' },
}

/** `GET /v1/events/export`: the whole filtered result as one document, in constant memory. */
export function registerEventExport(scope: NativeScope, context: DialectContext): void {
  const schema = {
    operationId: 'exportEvents',
    summary: 'Download every matching event, oldest first',
    answers: { 200: DOCUMENT },
    querystring: Type.Object(
      {
        ...filterParameters,
        format: Type.Optional(
          Type.Enum(EXPORT_FORMATS, { default: 'ndjson', description: 'Format of the document' }),
        ),
        bom: Type.Optional(
          Type.Enum(['true', 'false'], {
            default: 'false',
            description:
              'With `format=csv`: whether the document begins with a byte-order mark, by which ' +
              'spreadsheets tell that it is UTF-8',
          }),
        ),
      },
      { additionalProperties: false },
    ),
  }
  const options = { schema, onRequest: mayReadEvents(context), exposeHeadRoute: false }
  scope.get('/v1/events/export', options, async (request, reply) => {
    const { format = 'ndjson', bom, ...parameters } = request.query
    const isMarked = bom === 'true'
    if (isMarked && format !== 'csv') {
      throw invalidValue('bom', '`format=csv` with it')
    }
    const filter = readFilter(parameters, visibleEvents(principalOf(request)))
    const events = requestContext(context, request).events.export(filter, format)
    const document = await beginDownload(isMarked ? withByteOrderMark(events) : events)
    const day = formatTimestamp(context.clock()).slice(0, 10)
    return reply
      .header('Content-Type', MEDIA_TYPES[format])
      .header('Cache-Control', 'no-store, no-transform')
      .header('Content-Disposition', `attachment; filename="events-${day}.${format}"`)
      .send(document)
  })
}

const BYTE_ORDER_MARK = Buffer.from('\ufeff')

/** Waits for the first piece, so that a document that cannot begin is an error and not a mark. */
async function* withByteOrderMark(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  let isFirst = true
  for await (const chunk of chunks) {
    yield isFirst ? Buffer.concat([BYTE_ORDER_MARK, chunk]) : chunk
    isFirst = false
  }
}
