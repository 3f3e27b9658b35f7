import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { requireDeliveryTo } from '../../access/directory/source-claims.ts'
import { mayWrite } from '../../access/directory/visibility.ts'
import { hasValuesOver } from '../../core/boundary/transcribe/item-scan.ts'
import { Fault } from '../../core/errors.ts'
import type { Reception } from '../../core/event/new-event.ts'
import type { ApiDescription, OperationDescription } from '../../dialects/api/api-description.ts'
import {
  authenticated,
  bearerToken,
  declarePrincipal,
  principalOf,
} from '../../dialects/api/authentication.ts'
import { keepBodiesAsBytes } from '../../dialects/api/bodies/bytes-body.ts'
import { ContentEncoding, isGzip } from '../../dialects/api/bodies/content-encoding.ts'
import type { DialectContext } from '../../dialects/api/dialect.ts'
import { problemErrors } from '../../dialects/api/problems/problem-answers.ts'
import { answerProblem } from '../../dialects/api/problems/problem-details.ts'
import { takeIn } from '../../intake/take-in.ts'
import type { Append } from '../../ledger/append/append.ts'
import type { Translation, WebhookSource } from '../../sources/source.ts'
import { ImpliedEvents } from '../implied-events/implied-events.ts'
import type { Metrics } from '../observe/metrics.ts'
import { DELIVERY_VALUES_MAX } from './limits.ts'

/** Names of configured instances, which become part of every event. */
const SOURCE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/

/** The delivery routes in the API document. */
export const SOURCE_API: ApiDescription = {
  tag: {
    name: 'Sources',
    description:
      'Endpoints that receive events from other systems. A token can be sent as a bearer token, ' +
      'as password or user of Basic, as the whole Authorization header, or as ?token=.',
  },
  securitySchemes: {
    senderToken: { type: 'http', scheme: 'bearer', description: 'A token of Waybill' },
    senderBasic: { type: 'http', scheme: 'basic', description: 'A token as the password' },
    senderQuery: { type: 'apiKey', in: 'query', name: 'token', description: 'A token' },
  },
  errorAnswers: problemErrors,
}

const Taken: Type.TSchema = Type.Object(
  {
    accepted: Type.Integer({
      description: 'Events that were stored, including those implied by pushes',
    }),
    duplicates: Type.Integer({ description: 'Events that were stored before' }),
    deadLetters: Type.Integer({
      description: 'Items that could not be read, kept as they were sent',
    }),
    skipped: Type.Integer({ description: 'Items that were skipped on purpose' }),
  },
  { title: 'Delivery' },
)

function deliveryTo({ kind, delivery }: WebhookSource): OperationDescription {
  return {
    operationId: `deliverTo${kind.charAt(0).toUpperCase()}${kind.slice(1)}`,
    summary: delivery?.summary ?? `Events of ${kind}`,
    params: Type.Object({
      name: Type.String({
        pattern: SOURCE_NAME.source,
        description: 'The configured name of the sender',
        examples: ['reg1'],
      }),
    }),
    headers: Type.Object({
      'Content-Encoding': ContentEncoding,
    }),
    body: delivery?.body ?? { '*/*': Type.Unsafe({ description: 'Any body' }) },
    // An empty body is kept as a dead letter, like anything else that cannot be read.
    isBodyOptional: true,
    answers: {
      202: {
        description: 'Everything is stored',
        content: { 'application/json': Taken },
      },
    },
  }
}

const gunzipped = promisify(gunzip)

/**
 * `POST /v1/sources/{kind}/{name}`: the webhooks of systems that send events.
 *
 * Senders such as registries retry a rejected delivery forever, which blocks all later ones. So no
 * delivery is rejected for its content: what cannot be read is kept as a dead letter.
 */
export function registerSources(
  scope: FastifyInstance,
  sources: readonly WebhookSource[],
  services: { readonly context: DialectContext; readonly metrics: Metrics },
): void {
  const { context, metrics } = services
  scope.setErrorHandler(answerProblem)
  declarePrincipal(scope)
  keepBodiesAsBytes(scope)
  const onRequest = authenticated(
    context.directory,
    { scopes: ['events:write', 'admin'], may: mayWrite },
    senderToken,
  )
  const preParsing = async (request: FastifyRequest) => void isGzip(request)
  for (const source of sources) {
    const append = appendOf(source, services, scope.log)
    const path = `/v1/sources/${source.kind}/:name` as const
    const bound = async (request: FastifyRequest<{ Params: { name: string } }>) => {
      const { name } = request.params
      requireDeliveryTo(principalOf(request), { kind: source.kind, name })
    }
    const options = {
      ...{ onRequest: [onRequest, bound], preParsing, bodyLimit: source.bodyBytesMax },
      config: { operations: [deliveryTo(source)] },
    }
    scope.post<{ Params: { name: string } }>(path, options, async (request, reply) => {
      const sourceName = request.params.name
      if (!SOURCE_NAME.test(sourceName)) {
        throw new Fault('resource.missing', { detail: 'a source name is letters, digits, . _ -' })
      }
      context.ledger.askForRoom(Buffer.isBuffer(request.body) ? request.body.length : 0)
      const reception = receptionOf(request, context, { kind: source.kind, name: sourceName })
      const translation = await translated(source, request, reception)
      const intake = await takeIn(translation, reception, { append, metrics })
      return reply.code(202).send(intake)
    })
  }
}

/** The ledger, wrapped to store the events that pushes imply. */
function appendOf(
  source: WebhookSource,
  { context, metrics }: { readonly context: DialectContext; readonly metrics: Metrics },
  log: FastifyBaseLogger,
): Append {
  const { append } = context.ledger
  if (source.pushesSetTags !== true) return append
  const { isRecorded } = source
  const implied = new ImpliedEvents({
    append,
    events: context.readers.own,
    metrics,
    log,
    isRecorded,
  })
  return (request) => implied.append(request)
}

/** A source never throws for content; if one does, the delivery is kept as a dead letter. */
async function translated(
  source: WebhookSource,
  request: FastifyRequest,
  { tenant, source: { name: sourceName } }: Reception,
): Promise<Translation> {
  const sent = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
  const body = isGzip(request) ? await decompressed(sent, source.bodyBytesMax) : sent
  if (body === undefined) return deadDelivery('the body is not gzip, contrary to its header', sent)
  // Checked before parsing: a compressed body of a few KiB may hold millions of values.
  if (hasValuesOver(body, DELIVERY_VALUES_MAX)) {
    return deadDelivery(`the body has more than ${DELIVERY_VALUES_MAX} JSON values`, body)
  }
  try {
    return source.translate({ headers: request.headers, body, sourceName, tenant })
  } catch (error) {
    request.log.error({ err: error, source: source.kind }, 'source failed to translate a delivery')
    return deadDelivery('the adapter failed to translate it', body)
  }
}

/**
 * Decompresses gzip; undefined when the body is not gzip.
 *
 * @param bytesMax of the result.
 *
 * @throws Fault `request.too-large`.
 */
async function decompressed(body: Buffer, bytesMax: number): Promise<Buffer | undefined> {
  try {
    return await gunzipped(body, { maxOutputLength: bytesMax })
  } catch (error) {
    if (error instanceof RangeError) {
      const detail = `a body can have at most ${bytesMax} bytes`
      throw new Fault('request.too-large', { detail, cause: error })
    }
    return undefined
  }
}

function deadDelivery(reason: string, body: Buffer): Translation {
  return { events: [], deadLetters: [{ reason, body }], skipped: {} }
}

function receptionOf(
  request: FastifyRequest,
  context: DialectContext,
  source: Reception['source'],
): Reception {
  const { tenant } = principalOf(request)
  return {
    receivedMicros: context.clock(),
    tenant: tenant ?? context.defaultTenant,
    anyTenant: tenant === null,
    source,
  }
}

/**
 * Accepts a token as a bearer token, in Basic, as the whole `Authorization` header, or as
 * `?token=`, since senders differ in what can be configured.
 */
function senderToken(request: FastifyRequest): string | undefined {
  const { authorization } = request.headers
  return (
    bearerToken(request) ??
    basicToken(authorization) ??
    /^ *(\S+) *$/.exec(authorization ?? '')?.[1] ??
    queryToken(request)
  )
}

/** The password, or the user if there is none, as in `https://TOKEN@host/`. */
function basicToken(header: string | undefined): string | undefined {
  const encoded = /^Basic +(\S+) *$/i.exec(header ?? '')?.[1]
  if (encoded === undefined) return undefined
  const [user = '', ...password] = Buffer.from(encoded, 'base64').toString().split(':')
  return password.join(':') || user
}

function queryToken({ query }: FastifyRequest): string | undefined {
  const isQuery = typeof query === 'object' && query !== null && 'token' in query
  return isQuery && typeof query.token === 'string' ? query.token : undefined
}
