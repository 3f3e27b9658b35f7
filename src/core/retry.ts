/**
 * Pauses that double with every consecutive failure: `fromMs` milliseconds after the first, at most
 * `toMs`.
 *
 * @param jitter the random part of each pause, 0 to 1, so that many callers spread out.
 */
export function doubling(fromMs: number, toMs: number, jitter = 0): (failures: number) => number {
  return (failures) => {
    const fullMs = Math.min(fromMs * 2 ** (failures - 1), toMs)
    return fullMs * (1 - jitter * Math.random())
  }
}

/** Random share of the pauses of clients of a shared server. */
export const JITTER = 0.5

/** How work is retried. */
export interface RetryOptions<Failure> {
  /** Whether a later attempt may succeed, by the number of attempts so far; default: always. */
  readonly isPassing?: (error: unknown, attempts: number) => error is Failure
  /** Pause before the next attempt, in milliseconds. */
  readonly pause: (attempts: number, error: Failure) => number
  /** Default: without limit. */
  readonly attemptsMax?: number
  /** Ends the pause, and the attempts. */
  readonly signal?: AbortSignal | undefined
  /** Called before each pause. */
  readonly onWait?: (error: Failure, waitMs: number) => void
}

/**
 * Repeats the work until it succeeds. Rejects with the error of the last attempt, or with the
 * reason of the signal once it aborts; no timer is left behind. The first attempt starts at once,
 * even if the signal has aborted, and the signal does not interrupt it.
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
 * The pause that a `Retry-After` header (RFC 9110 section 10.2.3) requests, in milliseconds, from
 * seconds or a date. Undefined without a header, and for an invalid one.
 */
export function parseRetryAfter(text: string | null, nowMs: number): number | undefined {
  // A date has letters; "1.5" has none, but would be parsed as a day in 2001.
  if (text === null || !/^\d+$|[a-z]/i.test(text)) return undefined
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}

/**
 * A message for people before a pause: the first line of the failure, and the length of the pause.
 */
export function waitText(reason: string, waitMs: number): string {
  return `${reason.split('\n', 1)[0]}; trying again in ${(waitMs / 1000).toFixed(1)} s`
}

/**
 * Repeats the work, with a pause after each time. Resolves once the signal aborts, and rejects as
 * the work does.
 *
 * @param work receives the number of consecutive failures before it, and returns that number after
 * it.
 *
 * @param pause milliseconds after a number of consecutive failures, which is 0 after a success.
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

/** Resolves after a number of milliseconds, or earlier when the signal aborts. */
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
