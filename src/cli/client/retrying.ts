import { doubling, JITTER, retry, waitText } from '../../core/retry.ts'
import { CommandError } from '../command-error.ts'
import { type Ask, ServerError } from './server-client.ts'

/** Attempts at one request before a command gives up, by default. */
const ATTEMPTS_MAX = 8
/** Pause before the second attempt, in milliseconds; it doubles from there. */
const BACK_OFF_MS = 500
/** Longest pause between two attempts, in milliseconds, even if the server asks for more. */
const BACK_OFF_MS_MAX = 30_000

/** How a command retries. */
export interface RetryOptions {
  /** Attempts at one request before it is given up. */
  readonly attemptsMax?: number
  /** Whether the server was reached before, so that a failed connection is worth a retry. */
  readonly wasReached: () => boolean
  /** Called with a message for people before each pause. */
  readonly onWait: (message: string) => void
}

/**
 * Doubles with every consecutive failure; half of it is random, so that many senders spread out.
 */
export const backOffMs = doubling(BACK_OFF_MS, BACK_OFF_MS_MAX, JITTER)

/**
 * Retries while the server is busy or unavailable (429, 502 to 504), or lost after it was reached.
 * Only for requests that store nothing twice.
 */
export function retrying(ask: Ask, options: RetryOptions): Ask {
  const { attemptsMax = ATTEMPTS_MAX, wasReached, onWait } = options
  const isPassing = (error: unknown): error is CommandError =>
    error instanceof CommandError &&
    error.ending === 'unreachable' &&
    (error instanceof ServerError || wasReached())
  return async (request) => {
    const { signal } = request
    try {
      return await retry(() => ask(request), {
        isPassing,
        pause: waitBefore,
        attemptsMax,
        signal,
        onWait: ({ message }, waitMs) => onWait(waitText(message, waitMs)),
      })
    } catch (error) {
      if (signal?.aborted !== true || error instanceof CommandError) throw error
      throw new CommandError('interrupted', { ending: 'interrupted', cause: error })
    }
  }
}

function waitBefore(attempts: number, error: CommandError): number {
  const asked = error instanceof ServerError ? error.retryAfterMs : undefined
  return Math.min(Math.max(asked ?? 0, backOffMs(attempts)), BACK_OFF_MS_MAX)
}
