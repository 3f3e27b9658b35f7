import type { FastifyInstance, FastifyRequest } from 'fastify'
import { mayWrite } from '../access/visibility.ts'
import type { Draft } from '../core/draft.ts'
import { Fault } from '../core/errors.ts'
import { BATCH_EVENTS_MAX } from '../core/limits.ts'
import type { NewEvent, Reception } from '../core/new-event.ts'
import { parseNewEvent } from '../core/parse-event.ts'
import {
  authenticated,
  bearerToken,
  declarePrincipal,
  principalOf,
} from '../dialects/authentication.ts'
import type { DialectContext } from '../dialects/dialect.ts'
import { answerProblem } from '../dialects/problem-details.ts'
import type { DeadLetter, Delivery, Translation, WebhookSource } from '../sources/source.ts'
import { deadLetterEvent } from './dead-letter.ts'
import type { Metrics } from './metrics.ts'

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
      const { drafts, deadLetters } = readAll(translation, reception)
      const answer = await appendAll(context, drafts)
      let skipped = 0
      for (const [reason, count] of Object.entries(translation.skipped)) {
        metrics.skipped(source.kind, reason, count)
        skipped += count
      }
      if (deadLetters > 0) metrics.deadLetters(source.kind, deadLetters)
      return reply.code(202).send({ ...answer, deadLetters, skipped })
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

interface ReadDelivery {
  readonly drafts: readonly Draft[]
  readonly deadLetters: number
}

function readAll(translation: Translation, reception: Reception): ReadDelivery {
  const drafts: Draft[] = []
  const deadLetters = [...translation.deadLetters]
  for (const event of translation.events) {
    try {
      drafts.push(parseNewEvent(event, reception))
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      deadLetters.push(deadEvent(event, error))
    }
  }
  for (const letter of deadLetters) drafts.push(parseNewEvent(deadLetterEvent(letter), reception))
  return { drafts, deadLetters: deadLetters.length }
}

function deadEvent(event: NewEvent, fault: Fault): DeadLetter {
  const problems = fault.problems.map(({ path, expected }) => `${path}: expected ${expected}`)
  return { reason: problems.join('; '), body: Buffer.from(JSON.stringify(event)) }
}

/** A delivery over the limit of one append is split; its retry is recognised event by event. */
async function appendAll(context: DialectContext, drafts: readonly Draft[]) {
  let accepted = 0
  let duplicates = 0
  for (let start = 0; start < drafts.length; start += BATCH_EVENTS_MAX) {
    const part = drafts.slice(start, start + BATCH_EVENTS_MAX)
    const result = await context.ledger.append({ drafts: part })
    accepted += result.accepted
    duplicates += result.duplicates
  }
  return { accepted, duplicates }
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
