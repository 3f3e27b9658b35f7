import type { JsonObject } from '../../../core/event/event.ts'
import { problem } from '../errors.ts'
import type { Caller } from './caller.ts'

/** How long a login counts as fresh by default, in seconds; as in Quay. */
export const FRESH_LOGIN_SECONDS_DEFAULT = 600

const CHECKED = 'passwordCheckedMicros'

/** The data of a session whose password was checked at this moment. */
export function freshLoginData(nowMicros: number): JsonObject {
  return { [CHECKED]: nowMicros }
}

/**
 * Requires a new login when the last one was long ago. Tokens are made for their purpose, and never
 * stale.
 *
 * @throws QuayError 401 `fresh_login_required`.
 */
export function requireFreshLogin(
  { session }: Caller,
  nowMicros: number,
  freshLoginSeconds: number,
): void {
  if (session === undefined) return
  const checked = session.data[CHECKED]
  const isFresh = typeof checked === 'number' && nowMicros - checked < freshLoginSeconds * 1_000_000
  if (!isFresh) throw problem('fresh_login_required')
}
