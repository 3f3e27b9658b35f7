/**
 * Pauses that double with every failure in a row: `fromMs` milliseconds after the first, at most
 * `toMs`.
 *
 * @param jitter the part of each pause that is chance, 0 to 1, so that many callers spread out.
 */
export function doubling(fromMs: number, toMs: number, jitter = 0): (failures: number) => number {
  return (failures) => {
    const fullMs = Math.min(fromMs * 2 ** (failures - 1), toMs)
    return fullMs * (1 - jitter * Math.random())
  }
}

/** Share of chance in the pauses of those who ask a server that others ask too. */
export const JITTER = 0.5

/** How work is tried again. */
export interface RetryOptions<Failure> {
  /** Whether a later attempt may succeed, after so many; default: always. */
  readonly isPassing?: (error: unknown, attempts: number) => error is Failure
  /** Wait before the next attempt, in milliseconds. */
  readonly pause: (attempts: number, error: Failure) => number
  /** Default: without limit. */
  readonly attemptsMax?: number
  /** Ends the wait, and the attempts. */
  readonly signal?: AbortSignal | undefined
  /** Called before each wait. */
  readonly onWait?: (error: Failure, waitMs: number) => void
}

/**
 * Does the work until it succeeds. Rejects with the error of the last attempt, and with the reason
 * of the signal once that aborts: it leaves no timer behind. The work begins at once, also when the
 * signal has aborted, and is not cut off by it.
 */
export async function retry<Answer, Failure>(
  work: () => Promise<Answer>,
  options: RetryOptions<Failure>,
): Promise<Answer> {
  const {
    isPassing = anyFailure,
    pause,
    attemptsMax = Number.POSITIVE_INFINITY,
    signal,
    onWait,
  } = options
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await work()
    } catch (error) {
      signal?.throwIfAborted()
      if (attempts >= attemptsMax || !isPassing(error, attempts)) throw error
      const waitMs = pause(attempts, error)
      onWait?.(error, waitMs)
      await pauseFor(waitMs, signal)
      signal?.throwIfAborted()
    }
  }
}

/**
 * How long a `Retry-After` header (RFC 9110 section 10.2.3) asks to wait, in milliseconds: it says
 * seconds, or a date. Undefined without a header, and for one that is neither.
 */
export function parseRetryAfter(text: string | null, nowMs: number): number | undefined {
  // A date has letters; "1.5" has none, and would be read as a day of 2001: no wait at all.
  if (text === null || !/^\d+$|[a-z]/i.test(text)) return undefined
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}

/** A sentence for people before a wait: the first line of what went wrong, and how long it is. */
export function waitText(reason: string, waitMs: number): string {
  return `${reason.split('\n', 1)[0]}; trying again in ${(waitMs / 1000).toFixed(1)} s`
}

/**
 * Does the work again and again, with a pause after each time. Resolves once the signal aborts, and
 * rejects as the work does.
 *
 * @param work gets the number of failures in a row before it, and answers that number after it.
 * @param pause milliseconds after so many failures in a row, which are 0 when the work succeeded.
 */
export async function repeat(
  work: (failures: number) => Promise<number>,
  pause: (failures: number) => number,
  signal: AbortSignal,
): Promise<void> {
  for (let failures = 0; !signal.aborted; ) {
    failures = await work(failures)
    await pauseFor(pause(failures), signal)
  }
}

/** Resolves after so many milliseconds, or sooner when the signal aborts. */
export function pauseFor(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve()
    const end = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal?.addEventListener('abort', end)
  })
}

function anyFailure<Failure>(_error: unknown): _error is Failure {
  return true
}
