import type { FastifyBaseLogger, FastifyInstance, FastifyRequest } from 'fastify'
import { actorOf, type Principal, type Scope } from '../../access/directory/principal.ts'
import type { Client, Outcome } from '../../core/event/event.ts'
import type { NewEvent } from '../../core/event/new-event.ts'
import { NAME_LENGTH_MAX } from '../../core/limits.ts'
import { type Clock, formatTimestamp } from '../../core/time/timestamp.ts'
import { recordableText } from '../../core/values/recordable-text.ts'
import { OWN_SOURCE_KIND } from '../../core/values/source-name.ts'
import { usedTokenOf } from '../../dialects/api/authentication.ts'
import { clientOf } from '../../dialects/api/request-client.ts'
import { EventQueue, type LeftOut } from '../../intake/queue.ts'
import type { Append } from '../../ledger/append/append.ts'

/** Senders of events send many requests, so their uses are counted per minute. */
const INTAKE_ROUTE = '/v1/events'
const SOURCE_ROUTES = '/v1/sources/'
/** Most counts kept at once. */
const COUNTED_MAX = 10_000
const MINUTE_MICROS = 60_000_000
/** How often finished counts are stored, in milliseconds. */
const TICK_MS = 500
/** What may precede the path in a request's target (RFC 9112 section 3.2.2). */
const ABSOLUTE_FORM = /^https?:\/\/[^/]*/i
/** Recorded as the status when the client left before the answer. */
const CLIENT_CLOSED_STATUS = 499
/** The scopes to record first for a token with several scopes. */
const FIRST_SCOPES: readonly Scope[] = ['api', 'api-readonly', 'security-logs']

/** What recording token uses needs. */
export interface TokenUsesOptions {
  readonly append: Append
  /** Name of the ledger, the source of Waybill's own events. */
  readonly origin: string
  readonly clock: Clock
  /** Tenant for uses by administrators without a tenant. */
  readonly defaultTenant: string
}

/**
 * Records every use of a token as an event `token.use`, in all dialects.
 *
 * The event is in the journal before the answer is sent, so that every read leaves a trace, even if
 * the machine fails right after. While the ledger accepts no events, answers are sent nevertheless,
 * and the uses are recorded later. An answer that could not be sent gets a second event with status
 * 499. Requests that send events are counted per minute, or they would double the ledger. Sessions
 * and requests without a token are not recorded.
 */
export interface TokenUses {
  /** Records the uses by a server's requests. Call it before routes are registered. */
  watch(server: FastifyInstance): void
  /** Stores all known uses. Call it after the server closed and before the ledger does. */
  close(): Promise<void>
}

/** Records token uses in a ledger. */
export function createTokenUses(options: TokenUsesOptions): TokenUses {
  let log: FastifyBaseLogger | undefined
  const queue = new EventQueue({
    append: options.append,
    source: { kind: OWN_SOURCE_KIND, name: options.origin },
    clock: options.clock,
    contents: 'uses of tokens',
    leftOutEvent,
    isQuiet: true,
    trouble: (...args) => log?.warn(...args),
  })
  const counted = new CountedUses()
  const hand = (uses: readonly TokenUse[]) => {
    for (const use of uses) queue.add(use.tenant, useEvent(use))
  }
  const timer = setInterval(() => {
    hand(counted.take(options.clock() - MINUTE_MICROS))
    queue.flush()
  }, TICK_MS).unref()
  return {
    watch(server) {
      log = server.log
      const recorded = new WeakMap<FastifyRequest, number>()
      server.addHook('onSend', async (request, reply) => {
        const principal = usedTokenOf(request)
        if (principal === undefined || isIntake(request)) return
        const use = tokenUse({ principal, request }, options, reply.statusCode)
        recorded.set(request, use.status)
        await queue.store(use.tenant, useEvent(use))
      })
      server.addHook('onRequest', (request, reply, done) => {
        // Answers that were not sent, and those that are counted.
        reply.raw.once('close', () => {
          const principal = usedTokenOf(request)
          if (principal === undefined) return
          const status = reply.raw.headersSent ? reply.statusCode : CLIENT_CLOSED_STATUS
          if (recorded.get(request) === status) return
          const use = tokenUse({ principal, request }, options, status)
          if (!isIntake(request)) queue.add(use.tenant, useEvent(use))
          else if (!counted.add(use)) queue.leaveOut(use.tenant)
        })
        done()
      })
    },
    async close() {
      clearInterval(timer)
      hand(counted.take(Number.POSITIVE_INFINITY))
      await queue.close()
    },
  }
}

/** One use of a token, or `count` equal ones. */
interface TokenUse {
  readonly tenant: string
  readonly principal: Principal
  /** The path, without the prefix `/api` and without the query. */
  readonly target: string
  readonly method: string
  readonly status: number
  readonly client: Client
  readonly timeMicros: number
  readonly count?: number
}

/** Uses that share one event for each token, target, address, answer and minute. */
class CountedUses {
  readonly #uses = new Map<string, TokenUse & { count: number }>()

  /** Returns false when there is no room for another count. */
  add(use: TokenUse): boolean {
    const { principal, target, client, status, timeMicros } = use
    const minute = Math.floor(timeMicros / MINUTE_MICROS)
    const key = JSON.stringify([principal.tokenId, target, client.ip, status, minute])
    const known = this.#uses.get(key)
    if (known !== undefined) known.count += 1
    else if (this.#uses.size < COUNTED_MAX) this.#uses.set(key, { ...use, count: 1 })
    return known !== undefined || this.#uses.has(key)
  }

  /** Removes and returns the counts that began at or before a time. */
  take(beginMicros: number): readonly TokenUse[] {
    const taken: TokenUse[] = []
    // The map is in the order in which they began.
    for (const [key, use] of this.#uses) {
      if (use.timeMicros > beginMicros) break
      this.#uses.delete(key)
      taken.push(use)
    }
    return taken
  }
}

interface Answered {
  readonly principal: Principal
  readonly request: FastifyRequest
}

function tokenUse(
  { principal, request }: Answered,
  { clock, defaultTenant }: TokenUsesOptions,
  status: number,
): TokenUse {
  const path = (request.url.split('?', 1)[0] ?? '').replace(ABSOLUTE_FORM, '')
  return {
    tenant: principal.tenant ?? defaultTenant,
    principal,
    target: path.startsWith('/api/') ? path.slice('/api'.length) : path,
    method: request.method,
    status,
    client: clientOf(request),
    timeMicros: clock(),
  }
}

function isIntake({ method, routeOptions }: FastifyRequest): boolean {
  const url = routeOptions.url ?? ''
  return method === 'POST' && (url === INTAKE_ROUTE || url.startsWith(SOURCE_ROUTES))
}

function useEvent(use: TokenUse): NewEvent {
  const { principal, client, count } = use
  const { tokenId, scopes } = principal
  return {
    time: formatTimestamp(use.timeMicros),
    tenant: use.tenant,
    action: 'token.use',
    outcome: outcomeOf(use.status),
    actor: actorOf(principal),
    target: { type: 'token', id: tokenId, name: recordableText(use.target, NAME_LENGTH_MAX) },
    client,
    details: {
      scope: FIRST_SCOPES.find((scope) => scopes.includes(scope)) ?? scopes[0] ?? '',
      method: use.method,
      status: use.status,
      ...(count !== undefined && { count }),
    },
  }
}

function leftOutEvent({ tenant, count }: LeftOut): NewEvent {
  return {
    tenant,
    action: 'token.leave-out-uses',
    level: 'warn',
    outcome: 'failure',
    actor: { kind: 'system' },
    target: { type: 'token' },
    message: `${count} token uses arrived faster than they could be stored and were not recorded`,
    details: { count },
  }
}

function outcomeOf(status: number): Outcome {
  if (status < 400) return 'success'
  return status === 401 || status === 403 ? 'denied' : 'failure'
}
