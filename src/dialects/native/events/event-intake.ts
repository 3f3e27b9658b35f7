import { createHash } from 'node:crypto'
import type { FastifyRequest, RouteShorthandOptions } from 'fastify'
import { Type } from 'typebox'
import { otherSources, ownSource } from '../../../access/directory/source-claims.ts'
import { mayWrite } from '../../../access/directory/visibility.ts'
import {
  type EventBodyForm,
  parseEventBody,
  watchEventBody,
} from '../../../core/boundary/parse-event-body.ts'
import { Fault, invalidValue } from '../../../core/errors.ts'
import type { Reception } from '../../../core/event/new-event.ts'
import {
  BATCH_BYTES_MAX,
  BATCH_EVENTS_MAX,
  IDEMPOTENCY_KEY_LENGTH_MAX,
} from '../../../core/limits.ts'
import type { IdempotencyKey } from '../../../ledger/append/append.ts'
import type { OperationDescription } from '../../api/api-description.ts'
import { authenticated, principalOf } from '../../api/authentication.ts'
import { ContentEncoding, decompressing } from '../../api/bodies/content-encoding.ts'
import type { DialectContext } from '../../api/dialect.ts'
import type { NativeScope } from '../native-scope.ts'
import { EVENT_EXAMPLE, NewEventSchema } from './new-event-schema.ts'

const FORM_OF_MEDIA_TYPE: Readonly<Record<string, EventBodyForm>> = {
  'application/json': 'json',
  'application/x-ndjson': 'ndjson',
  'application/ndjson': 'ndjson',
  'application/jsonl': 'ndjson',
  'application/x-jsonl': 'ndjson',
  'application/jsonlines': 'ndjson',
  'application/x-jsonlines': 'ndjson',
  'application/stream+json': 'ndjson',
  'application/json-seq': 'json-seq',
}

const Position = Type.Union([Type.Integer({ minimum: 0 }), Type.Null()])

const IDEMPOTENCY_KEY = new RegExp(`^[\\x20-\\x7e]{1,${IDEMPOTENCY_KEY_LENGTH_MAX}}$`)

const BODIES: Readonly<Record<EventBodyForm, Type.TSchema>> = {
  json: Type.Unsafe({
    anyOf: [
      NewEventSchema,
      { type: 'array', items: NewEventSchema, minItems: 1, maxItems: BATCH_EVENTS_MAX },
    ],
    examples: [EVENT_EXAMPLE, [EVENT_EXAMPLE]],
  }),
  ndjson: Type.Unsafe({
    description: 'An event a line; sent as application/stream+json too',
    examples: [`${JSON.stringify(EVENT_EXAMPLE)}\n`],
  }),
  'json-seq': Type.Unsafe({
    description: 'Events, each after a record separator (RFC 7464)',
    examples: [`\u001e${JSON.stringify(EVENT_EXAMPLE)}\n`],
  }),
}

const Stored: Type.TSchema = Type.Object(
  {
    accepted: Type.Integer({ description: 'Events that this request stored' }),
    duplicates: Type.Integer({ description: 'Events that were stored before' }),
    first: Position,
    last: Position,
  },
  { title: 'Stored' },
)

/** The body is described; `parseEventBody` checks it, faster and with the path of each problem. */
const OPERATION: OperationDescription = {
  operationId: 'sendEvents',
  summary: 'Send events: all of them are stored, or none',
  headers: Type.Object({
    'Idempotency-Key': Type.Optional(
      Type.String({
        pattern: IDEMPOTENCY_KEY.source,
        description: 'Makes the request repeatable: the same key and body store nothing again',
      }),
    ),
    'Content-Encoding': ContentEncoding,
  }),
  body: Object.fromEntries(
    Object.entries(FORM_OF_MEDIA_TYPE)
      // Its name says JSON, so that a client made of the document would quote its lines.
      .filter(([mediaType]) => mediaType !== 'application/stream+json')
      .map(([mediaType, form]) => [mediaType, BODIES[form]]),
  ),
  answers: {
    201: {
      description: 'All events are stored',
      content: { 'application/json': Stored },
      headers: { 'Idempotency-Replayed': '`true`: the answer of an earlier request of this key' },
    },
  },
}

/** `POST /v1/events`. The body is read as bytes: the one parser of events is that of the core. */
export function registerEventIntake(scope: NativeScope, context: DialectContext): void {
  for (const mediaType of Object.keys(FORM_OF_MEDIA_TYPE)) {
    scope.removeContentTypeParser(mediaType)
    scope.addContentTypeParser(mediaType, { parseAs: 'buffer' }, (_request, body, done) => {
      done(null, body)
    })
  }
  const options: RouteShorthandOptions = {
    config: { operations: [OPERATION] },
    bodyLimit: BATCH_BYTES_MAX,
    onRequest: authenticated(context.directory, {
      scopes: ['events:write', 'admin'],
      may: mayWrite,
    }),
    preParsing: decompressing((request) => watchEventBody(formOf(request))),
  }
  scope.post('/v1/events', options, async (request, reply) => {
    const body = request.body
    if (!Buffer.isBuffer(body)) throw new Fault('request.malformed', { detail: 'there is no body' })
    // Parsing what will be refused would cost most when there is least to spare.
    context.ledger.askForRoom(body.length)
    const reception = receptionOf(request, context)
    const drafts = parseEventBody(body, formOf(request), reception)
    const idempotency = idempotencyOf(request, body, reception)
    const { replayed, ...result } = await context.ledger.append(
      idempotency === undefined ? { drafts } : { drafts, idempotency },
    )
    if (replayed) void reply.header('Idempotency-Replayed', 'true')
    return reply.code(201).send(result)
  })
}

/** What is known of events that a principal sends over the API itself. */
function receptionOf(request: FastifyRequest, context: DialectContext): Reception {
  const principal = principalOf(request)
  return {
    receivedMicros: context.clock(),
    tenant: principal.tenant ?? context.defaultTenant,
    anyTenant: principal.tenant === null,
    source: ownSource(principal),
    otherSources: otherSources(principal),
  }
}

function formOf(request: FastifyRequest): EventBodyForm {
  const mediaType = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  return FORM_OF_MEDIA_TYPE[mediaType] ?? 'json'
}

function idempotencyOf(
  request: FastifyRequest,
  body: Buffer,
  reception: Reception,
): IdempotencyKey | undefined {
  const key = request.headers['idempotency-key']
  if (key === undefined) return undefined
  if (typeof key !== 'string' || !IDEMPOTENCY_KEY.test(key)) {
    const expected = `1 to ${IDEMPOTENCY_KEY_LENGTH_MAX} printable ASCII characters`
    throw invalidValue('Idempotency-Key', expected)
  }
  return {
    tenant: reception.tenant,
    key,
    bodySha256: createHash('sha256').update(body).digest('hex'),
    receivedMicros: reception.receivedMicros,
  }
}
