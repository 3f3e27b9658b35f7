import { dropOldest } from '../../core/drop-oldest.ts'
import type { Client } from '../../core/event/event.ts'
import type { NewEvent } from '../../core/event/new-event.ts'
import { NAME_LENGTH_MAX, USER_AGENT_LENGTH_MAX } from '../../core/limits.ts'
import type { Clock } from '../../core/time/timestamp.ts'
import { canonicalIp } from '../../core/values/ip-address.ts'
import { recordableText } from '../../core/values/recordable-text.ts'
import type { Directory, User } from '../directory/directory.ts'
import { isText } from '../directory/names.ts'
import { AttemptLimit } from './attempt-limit.ts'
import { BoundedWork } from './bounded-work.ts'

/** Wrong passwords for one name from one address: so many at once, then one each interval. */
const PAIR_ATTEMPTS = { burst: 5, intervalMs: 10_000, keysMax: 20_000 }
/**
 * Wrong passwords for one name from all addresses. Far more than from one address: using them up
 * keeps the owner of the name out.
 */
const NAME_ATTEMPTS = { burst: 100, intervalMs: 10_000, keysMax: 20_000 }
/** Wrong passwords from one address for any names. */
const ADDRESS_ATTEMPTS = { burst: 100, intervalMs: 1_000, keysMax: 20_000 }
/** Events about attempts that were not even looked at: one a minute for each limit reached. */
export const THROTTLED_EVENTS = { burst: 1, intervalMs: 60_000, keysMax: 20_000 }
/** Pairs of name and address remembered because a sign-in succeeded there. */
const KNOWN_PAIRS_MAX = 20_000

/**
 * Passwords checked at once, and at most waiting for it. Each takes one of the threads that also
 * read files and run queries, for some 60 ms, and 32 MiB.
 */
const CHECKS = { runningMax: 2, waitingMax: 256 }
/** When to come again if too many wait, in seconds. */
const FULL_RETRY_AFTER_SECONDS = 5

/** A caller's name and password. */
export interface SignInAttempt {
  /** Where the name is looked for; absent: the installation's tenant first, then the others. */
  readonly tenant?: string
  /** The name or the e-mail address of a user. */
  readonly name: string
  /** The user whose password it must be, when that is known already. */
  readonly userId?: string
  readonly password: string
  readonly client: Client
  /** A dialect's own word and fields for the event that records the attempt. */
  readonly describe?: (outcome: 'success' | 'failure') => Pick<NewEvent, 'nativeAction' | 'details'>
}

/** How an attempt ended. A refusal never shows whether there is such a user. */
export type SignInResult =
  | { readonly outcome: 'success'; readonly user: User }
  | { readonly outcome: 'refused' }
  | { readonly outcome: 'throttled'; readonly retryAfterSeconds: number }

/**
 * Checks a name and a password. Takes the same time for every name, bounds how much guessing there
 * can be and what it costs, and records success and failure as `auth.login`.
 *
 * Only people and services sign in: a robot has tokens, an organization nothing at all. Rejects
 * with `store.unavailable` when the attempt cannot be recorded: every sign-in leaves a trace.
 */
export type SignIn = (attempt: SignInAttempt) => Promise<SignInResult>

/** What signing in needs. */
export interface SignInOptions {
  readonly directory: Pick<
    Directory,
    'user' | 'candidatesToSignIn' | 'candidatesMax' | 'passwordMatches'
  >
  readonly clock: Clock
  /** The tenant of an attempt at a name that no user has. */
  readonly defaultTenant: string
  /** Keeps an event in the ledger. */
  record(event: EventFields): Promise<void>
}

/** Signing in with a password, for any dialect. Limits hold over all of them. */
export function createSignIn(options: SignInOptions): SignIn {
  const { directory, clock, defaultTenant } = options
  const guard = new GuessingGuard()
  const checks = new BoundedWork(CHECKS)
  return async (attempt) => {
    const nowMs = Math.floor(clock() / 1000)
    const keys = guard.keysOf(attempt)
    const candidates = candidatesOf(attempt, directory)
    const failures = failureEvents(attempt, candidates, defaultTenant)
    const reached = guard.reached(keys, nowMs)
    if (reached !== undefined || checks.isFull) {
      if (reached?.isNews) await recordAll(failures.map(throttledEvent), options)
      const retryAfterSeconds = Math.ceil((reached?.waitMs ?? 0) / 1000)
      return {
        outcome: 'throttled',
        retryAfterSeconds: Math.max(retryAfterSeconds, reached ? 1 : FULL_RETRY_AFTER_SECONDS),
      }
    }
    // Counted before it is known to be wrong: a hundred at once must not all slip through.
    guard.count(keys, nowMs)
    const user = await checks.run(() => userOfPassword(attempt, candidates, directory))
    if (user === undefined) {
      await recordAll(failures, options)
      return { outcome: 'refused' }
    }
    guard.succeeded(keys, { isOnlyOne: candidates.length === 1 })
    await options.record({
      ...eventOf({ attempt, user, defaultTenant }, 'success'),
      outcome: 'success',
    })
    return { outcome: 'success', user }
  }
}

type Candidates = readonly User[]

function candidatesOf(
  { userId, tenant, name }: SignInAttempt,
  directory: SignInOptions['directory'],
): Candidates {
  if (userId === undefined) return directory.candidatesToSignIn(tenant, name)
  const user = directory.user(null, userId)
  return user === undefined ? [] : [user]
}

/**
 * The candidate whose password it is. Users of several tenants may have one name, so the password
 * decides; there are as many comparisons for every name, so that the time shows nothing.
 */
async function userOfPassword(
  { password }: SignInAttempt,
  candidates: Candidates,
  directory: SignInOptions['directory'],
): Promise<User | undefined> {
  const comparisons = Math.max(candidates.length, directory.candidatesMax())
  let found: User | undefined
  for (let index = 0; index < comparisons; index += 1) {
    const candidate = candidates[index]
    if (await directory.passwordMatches(candidate?.id, password)) found ??= candidate
  }
  return found
}

/** One event for each user that may have been meant: each tenant sees what is tried at its own. */
function failureEvents(
  attempt: SignInAttempt,
  candidates: Candidates,
  defaultTenant: string,
): readonly EventFields[] {
  const meant = candidates.length === 0 ? [undefined] : candidates
  return meant.map((user) => ({
    ...eventOf({ attempt, user, defaultTenant }, 'failure'),
    level: 'warn',
    outcome: 'failure',
  }))
}

async function recordAll(
  events: readonly EventFields[],
  { record }: Pick<SignInOptions, 'record'>,
): Promise<void> {
  await Promise.all(events.map((event) => record(event)))
}

interface GuessingKeys {
  readonly pair: string
  readonly name: string
  readonly address: string
}

/** Counts wrong passwords by name, by address and by both. */
class GuessingGuard {
  readonly #pairs = new AttemptLimit(PAIR_ATTEMPTS)
  readonly #names = new AttemptLimit(NAME_ATTEMPTS)
  readonly #addresses = new AttemptLimit(ADDRESS_ATTEMPTS)
  readonly #events = new AttemptLimit(THROTTLED_EVENTS)
  readonly #known = new Set<string>()

  keysOf({ tenant, name, client }: SignInAttempt): GuessingKeys {
    const owner = JSON.stringify([
      tenant ?? null,
      recordableText(name, NAME_LENGTH_MAX).toLowerCase(),
    ])
    const address = client.ip ?? ''
    return { pair: `${address} ${owner}`, name: owner, address }
  }

  /** The limit that keeps an attempt out; `isNews` when that was not said in the last minute. */
  reached(keys: GuessingKeys, nowMs: number): { waitMs: number; isNews: boolean } | undefined {
    const isKnown = this.#known.has(keys.pair)
    const waits: readonly (readonly [string, number])[] = [
      [keys.pair, this.#pairs.waitMs(keys.pair, nowMs)],
      // Who was here before is not kept out by what others do, be it to the name or next door.
      [keys.name, isKnown ? 0 : this.#names.waitMs(keys.name, nowMs)],
      [keys.address, isKnown ? 0 : this.#addresses.waitMs(keys.address, nowMs)],
    ]
    const reached = waits.find(([, waitMs]) => waitMs > 0)
    if (reached === undefined) return undefined
    const [key, waitMs] = reached
    return { waitMs, isNews: this.#events.admits(key, nowMs) }
  }

  count(keys: GuessingKeys, nowMs: number): void {
    this.#pairs.count(keys.pair, nowMs)
    this.#names.count(keys.name, nowMs)
    this.#addresses.count(keys.address, nowMs)
  }

  /**
   * Takes the attempt back. When the name is that of several users, signing in as one of them must
   * not buy further guesses at the others.
   */
  succeeded(keys: GuessingKeys, { isOnlyOne }: { readonly isOnlyOne: boolean }): void {
    this.#names.uncount(keys.name)
    this.#addresses.uncount(keys.address)
    if (!isOnlyOne) {
      this.#pairs.uncount(keys.pair)
      return
    }
    this.#pairs.forget(keys.pair)
    this.#known.delete(keys.pair)
    this.#known.add(keys.pair)
    dropOldest(this.#known, KNOWN_PAIRS_MAX)
  }
}

/** An event about an attempt; the ledger names its source. */
export type EventFields = Omit<NewEvent, 'source' | 'tenant'> & { readonly tenant: string }

interface Attempted {
  readonly attempt: SignInAttempt
  /** Undefined for an unknown name. */
  readonly user: User | undefined
  readonly defaultTenant: string
}

/** The tenant that a client named; undefined for a text that no tenant can be called. */
function tenantOf({ tenant }: SignInAttempt): string | undefined {
  return tenant !== undefined && isText(tenant) ? tenant : undefined
}

/** The event of an attempt, but for its outcome. The password is never in it. */
function eventOf(
  { attempt, user, defaultTenant }: Attempted,
  outcome: 'success' | 'failure',
): EventFields {
  const { userAgent } = attempt.client
  const ip = canonicalIp(attempt.client.ip ?? '')
  return {
    tenant: user?.tenant ?? tenantOf(attempt) ?? defaultTenant,
    action: 'auth.login',
    ...attempt.describe?.(outcome),
    actor:
      user === undefined
        ? { name: recordableText(attempt.name, NAME_LENGTH_MAX), kind: 'anonymous' }
        : {
            id: user.id,
            name: user.name,
            kind: user.kind === 'service' ? 'service' : 'user',
            ...(user.email !== undefined && { email: user.email }),
          },
    ...(user !== undefined && {
      target: { type: 'user', id: user.id, name: user.name, namespace: user.name },
    }),
    client: {
      ...(ip !== undefined && { ip }),
      ...(userAgent !== undefined && {
        userAgent: recordableText(userAgent, USER_AGENT_LENGTH_MAX),
      }),
    },
  }
}

/** Rejected by a limit: the password was not checked. */
function throttledEvent(failure: EventFields): EventFields {
  const message = 'Too many wrong passwords; further attempts are refused for a while'
  return { ...failure, outcome: 'denied', message }
}
