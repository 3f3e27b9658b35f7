import { setTimeout as sleep } from 'node:timers/promises'
import { CommandError } from './command-error.ts'
import { type Ask, ServerError, type ServerRequest } from './server-client.ts'

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
  /** Told before each wait. */
  readonly onWait: (reason: string, waitMs: number) => void
}

/**
 * Asks again while the server says that it is busy or not available (429, 502 to 504), or went away
 * after it was there. Only for requests that store nothing twice.
 */
export function retrying(ask: Ask, options: RetryOptions): Ask {
  const { attemptsMax = ATTEMPTS_MAX } = options
  return async (request) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await ask(request)
      } catch (error) {
        if (attempt === attemptsMax || !isPassing(error, options)) throw error
        await wait(error, attempt, { request, options })
      }
    }
  }
}

function isPassing(error: unknown, options: RetryOptions): error is CommandError {
  if (!(error instanceof CommandError) || error.ending !== 'unreachable') return false
  return error instanceof ServerError || options.wasReached()
}

async function wait(
  error: CommandError,
  attempt: number,
  { request, options }: { readonly request: ServerRequest; readonly options: RetryOptions },
): Promise<void> {
  const asked = error instanceof ServerError ? error.retryAfterMs : undefined
  const waitMs = Math.min(Math.max(asked ?? 0, backOffMs(attempt)), BACK_OFF_MS_MAX)
  options.onWait(error.message, waitMs)
  try {
    await sleep(waitMs, undefined, request.signal === undefined ? {} : { signal: request.signal })
  } catch (cause) {
    throw new CommandError('interrupted', { ending: 'interrupted', cause })
  }
}

/** Doubles with every attempt; up to half of it is chance, so that many senders spread out. */
export function backOffMs(attempt: number): number {
  const full = Math.min(BACK_OFF_MS * 2 ** (attempt - 1), BACK_OFF_MS_MAX)
  return full / 2 + (Math.random() * full) / 2
}
