import type { Client } from '../../core/event/event.ts'
import type { Clock } from '../../core/time/timestamp.ts'
import type { Directory } from '../directory/directory.ts'
import { actorOf, type Principal } from '../directory/principal.ts'
import { AttemptLimit } from './attempt-limit.ts'
import { type EventFields, THROTTLED_EVENTS } from './sign-in.ts'

/** Invalid tokens from one address: so many at once, then one each interval. */
const ADDRESS_ATTEMPTS = { burst: 20, intervalMs: 1_000, keysMax: 20_000 }

/** A caller's token, to begin a session with. */
interface TokenSignInAttempt {
  readonly token: string
  readonly client: Client
  readonly dialect: string
}

/** How an attempt ended. */
export type TokenSignInResult =
  | { readonly outcome: 'success'; readonly principal: Principal }
  | { readonly outcome: 'refused' }
  | { readonly outcome: 'throttled'; readonly retryAfterSeconds: number }

/**
 * Checks a token that a session is to begin with, within a limit for each address, and records
 * success and failure as `auth.login`. Rejects with `store.unavailable` when the attempt cannot be
 * recorded.
 */
export type TokenSignIn = (attempt: TokenSignInAttempt) => Promise<TokenSignInResult>

/** What signing in with a token needs. */
export interface TokenSignInOptions {
  readonly directory: Pick<Directory, 'authenticate'>
  readonly clock: Clock
  /** The tenant of events about unknown tokens, and about administrators of the installation. */
  readonly defaultTenant: string
  /** Keeps an event in the ledger. */
  record(event: EventFields): Promise<void>
}

/** Signing in with a token, for any dialect. The limit holds over all of them. */
export function createTokenSignIn(options: TokenSignInOptions): TokenSignIn {
  const { directory, clock, defaultTenant, record } = options
  const attempts = new AttemptLimit(ADDRESS_ATTEMPTS)
  const throttledEvents = new AttemptLimit(THROTTLED_EVENTS)
  return async ({ token, client, dialect }) => {
    const nowMs = Math.floor(clock() / 1000)
    const address = client.ip ?? ''
    const failure: EventFields = {
      tenant: defaultTenant,
      action: 'auth.login',
      outcome: 'failure',
      level: 'warn',
      actor: { kind: 'anonymous' },
      client,
      details: { dialect, credential: 'token' },
    }
    const waitMs = attempts.waitMs(address, nowMs)
    if (waitMs > 0) {
      if (throttledEvents.admits(address, nowMs)) {
        const message = 'Too many invalid tokens; further attempts are refused for a while'
        await record({ ...failure, outcome: 'denied', message })
      }
      return { outcome: 'throttled', retryAfterSeconds: Math.ceil(waitMs / 1000) }
    }
    const principal = directory.authenticate(token)
    if (principal === undefined) {
      attempts.count(address, nowMs)
      await record(failure)
      return { outcome: 'refused' }
    }
    await record(successEvent(principal, { client, dialect, defaultTenant }))
    return { outcome: 'success', principal }
  }
}

interface Surroundings extends Omit<TokenSignInAttempt, 'token'> {
  readonly defaultTenant: string
}

function successEvent(
  principal: Principal,
  { client, dialect, defaultTenant }: Surroundings,
): EventFields {
  const { tenant, userId, name, tokenId } = principal
  return {
    tenant: tenant ?? defaultTenant,
    action: 'auth.login',
    outcome: 'success',
    actor: actorOf(principal),
    target: { type: 'user', id: userId, name, namespace: name },
    client,
    details: { dialect, credential: 'token', tokenId },
  }
}
