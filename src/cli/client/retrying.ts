import { doubling, JITTER, retry, waitText } from '../../core/retry.ts'
import { CommandError } from '../command-error.ts'
import { type Ask, ServerError } from './server-client.ts'

/** Attempts at one request before a command gives up, unless it says more. */
const ATTEMPTS_MAX = 8
/** Wait before the second attempt, in milliseconds; it doubles from there. */
const BACK_OFF_MS = 500
/** Longest wait between two attempts, in milliseconds, also when the server asks for more. */
const BACK_OFF_MS_MAX = 30_000

/** What a command wants to know about its attempts. */
export interface RetryOptions {
  /** Attempts at one request before it is given up. */
  readonly attemptsMax?: number
  /** Whether a server that cannot be reached may have been reached before. */
  readonly wasReached: () => boolean
  /** Called with a sentence for people before each wait. */
  readonly onWait: (message: string) => void
}

/** Doubles with every failure in a row; half of it is chance, so that many senders spread out. */
export const backOffMs = doubling(BACK_OFF_MS, BACK_OFF_MS_MAX, JITTER)

/**
 * Asks again while the server says that it is busy or not available (429, 502 to 504), or went away
 * after it was there. Only for requests that store nothing twice.
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
