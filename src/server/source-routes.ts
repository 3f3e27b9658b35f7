import type { FastifyInstance, FastifyRequest } from 'fastify'
import { mayWrite } from '../access/visibility.ts'
import { Fault } from '../core/errors.ts'
import type { Reception } from '../core/new-event.ts'
import {
  authenticated,
  bearerToken,
  declarePrincipal,
  principalOf,
} from '../dialects/authentication.ts'
import type { DialectContext } from '../dialects/dialect.ts'
import { answerProblem } from '../dialects/problem-details.ts'
import type { DeadLetter, Delivery, Translation, WebhookSource } from '../sources/source.ts'
import type { Metrics } from './metrics.ts'
import { takeIn } from './source-intake.ts'

/** Names of configured instances: they end up in every event, and in nothing that parses them. */
const SOURCE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/

/**
 * `POST /v1/sources/{kind}/{name}`: the webhooks of systems that send events.
 *
 * Senders such as registries repeat a refused delivery for ever and hold up every later one, so no
 * content is refused: what cannot be read is kept as an event of its own.
 */
export function registerSources(
  scope: FastifyInstance,
  sources: readonly WebhookSource[],
  services: { readonly context: DialectContext; readonly metrics: Metrics },
): void {
  const { context, metrics } = services
  scope.setErrorHandler(answerProblem)
  declarePrincipal(scope)
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  const onRequest = authenticated(
    context.directory,
    { scopes: ['events:write', 'admin'], may: mayWrite },
    senderToken,
  )
  for (const source of sources) {
    const path = `/v1/sources/${source.kind}/:name` as const
    const options = { onRequest, bodyLimit: source.bodyBytesMax }
    scope.post<{ Params: { name: string } }>(path, options, async (request, reply) => {
      const sourceName = request.params.name
      if (!SOURCE_NAME.test(sourceName)) {
        throw new Fault('resource.missing', { detail: 'a source name is letters, digits, . _ -' })
      }
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
      const delivery = { headers: request.headers, body, sourceName }
      const translation = translated(source, delivery, request)
      const reception = receptionOf(request, context, { kind: source.kind, name: sourceName })
      const { append } = context.ledger
      const intake = await takeIn(translation, reception, { append, metrics })
      return reply.code(202).send(intake)
    })
  }
}

/** A source never throws for content; one that does keeps the delivery all the same. */
function translated(
  source: WebhookSource,
  delivery: Delivery,
  request: FastifyRequest,
): Translation {
  try {
    return source.translate(delivery)
  } catch (error) {
    request.log.error({ err: error, source: source.kind }, 'a source failed on a delivery')
    const letter: DeadLetter = { reason: 'the adapter failed on it', body: delivery.body }
    return { events: [], deadLetters: [letter], skipped: {} }
  }
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

/** As a bearer token, as the password of Basic, or as `?token=`: what the sender can set. */
function senderToken(request: FastifyRequest): string | undefined {
  return bearerToken(request) ?? basicPassword(request.headers.authorization) ?? queryToken(request)
}

function basicPassword(header: string | undefined): string | undefined {
  const encoded = /^Basic +(\S+) *$/i.exec(header ?? '')?.[1]
  if (encoded === undefined) return undefined
  const text = Buffer.from(encoded, 'base64').toString()
  return text.slice(text.indexOf(':') + 1)
}

function queryToken({ query }: FastifyRequest): string | undefined {
  const isQuery = typeof query === 'object' && query !== null && 'token' in query
  return isQuery && typeof query.token === 'string' ? query.token : undefined
}
