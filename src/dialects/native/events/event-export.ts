import { Type } from 'typebox'
import { visibleEvents } from '../../../access/directory/visibility.ts'
import { invalidValue } from '../../../core/errors.ts'
import {
  type EventFilter,
  type EventReader,
  EXPORT_FORMATS,
  type ExportFormat,
} from '../../../core/query/query.ts'
import { formatTimestamp } from '../../../core/time/timestamp.ts'
import { eventsOf } from '../../../exports/evidence/evidence-archive.ts'
import type { AnswerDescription } from '../../api/api-description.ts'
import { principalOf } from '../../api/authentication.ts'
import { beginDownload } from '../../api/bodies/download.ts'
import type { DialectContext } from '../../api/dialect.ts'
import { requestContext } from '../../api/request-context.ts'
import { requireLedgerReader } from '../ledger/ledger-readers.ts'
import type { NativeScope } from '../native-scope.ts'
import type { SearchRecords } from '../searches/search-records.ts'
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
    'application/x-tar': Type.String({
      format: 'binary',
      description: '`events.ndjson`, `checkpoint`, `policy` and `tile/…`, with `proof=1`',
    }),
  },
  headers: { 'Content-Disposition': 'A name for the file' },
}

/** `GET /v1/events/export`: the whole filtered result as one document, in constant memory. */
export function registerEventExport(
  scope: NativeScope,
  context: DialectContext,
  { searches, isLedgerPublic }: { searches: SearchRecords; isLedgerPublic: boolean },
): void {
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
        proof: Type.Optional(
          Type.Enum(['0', '1'], {
            default: '0',
            description:
              "With `1`, the events of this instance's ledger as a tar archive with their " +
              'proofs, in the layout of C2SP tlog-tiles. Needs the scope `ledger:read` too.',
          }),
        ),
      },
      { additionalProperties: false },
    ),
  }
  const options = { schema, onRequest: mayReadEvents(context), exposeHeadRoute: false }
  scope.get('/v1/events/export', options, async (request, reply) => {
    const { format = 'ndjson', bom, proof, ...parameters } = request.query
    const isMarked = bom === 'true'
    if (isMarked && format !== 'csv') {
      throw invalidValue('bom', '`format=csv` with it')
    }
    const isProven = proof === '1'
    if (isProven) {
      if (format !== 'ndjson') throw invalidValue('proof', '`format=ndjson` with it')
      requireLedgerReader(principalOf(request), isLedgerPublic)
    }
    const filter = readFilter(parameters, visibleEvents(principalOf(request)))
    const { events } = requestContext(context, request)
    const document = await beginDownload(
      isProven
        ? provenEvents(context, events, filter)
        : marked(events.export(filter, format), isMarked),
    )
    await searches.record(request, filter, { form: 'download' })
    const day = formatTimestamp(context.clock()).slice(0, 10)
    const extension = isProven ? 'tar' : format
    return reply
      .header('Content-Type', isProven ? 'application/x-tar' : MEDIA_TYPES[format])
      .header('Cache-Control', 'no-store, no-transform')
      .header('Content-Disposition', `attachment; filename="events-${day}.${extension}"`)
      .send(document)
  })
}

/** Without the events of other ledgers in the store, which the checkpoint does not cover. */
function provenEvents(
  { exports, ledger }: DialectContext,
  events: EventReader,
  filter: EventFilter,
): AsyncIterable<Uint8Array> {
  const conditions = [...filter.conditions, eventsOf(ledger.status().origin)]
  return exports.withProofs(events.export({ ...filter, conditions }, 'ndjson'))
}

function marked(events: AsyncIterable<Uint8Array>, isMarked: boolean): AsyncIterable<Uint8Array> {
  return isMarked ? withByteOrderMark(events) : events
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
