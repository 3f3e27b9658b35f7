import { ApiProblem, problemOf } from './api-problem.ts'
import { noteServerTime } from './server-clock.ts'
import { announceSignedOut } from './signed-out.ts'
import { waiting } from './waiting.ts'

/** Pauses between attempts when the server names none, ms; the last one is repeated. */
const PAUSES_MS = [500, 1_000, 2_000, 4_000, 8_000] as const
/** Longest pause that a server may ask for, ms. */
const PAUSE_MS_MAX = 60_000

/** What a request may state, besides its path. */
export interface RequestOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Sent as JSON. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
  /** Whether an answer 401 is about the credentials in the body, and not about the session. */
  readonly isSignIn?: boolean
}

/**
 * Sends a request and returns the answer. A request that only reads is repeated, with a notice, as
 * long as the server is busy (429), not available (503) or does not answer.
 *
 * @throws ApiProblem for any other error; DOMException `AbortError`.
 */
async function request(path: string, options: RequestOptions = {}): Promise<Response> {
  const { method = 'GET', signal } = options
  for (let attempt = 0; ; attempt += 1) {
    const problem = await attemptOf(path, options)
    if (problem instanceof Response) {
      if (attempt > 0) waiting.end(path)
      return problem
    }
    if (method !== 'GET' || !isPassing(problem)) {
      waiting.end(path)
      throw problem
    }
    const pauseMs = pauseBefore(attempt, problem.retryAfterSeconds)
    waiting.begin(path, { status: problem.status, untilMs: Date.now() + pauseMs })
    try {
      await pause(pauseMs, signal)
    } catch (error) {
      waiting.end(path)
      throw error
    }
  }
}

/** Sends a request and returns the JSON of the answer; null for an empty answer. */
export async function requestJson<Body>(path: string, options?: RequestOptions): Promise<Body> {
  const response = await request(path, options)
  const text = await response.text()
  return JSON.parse(text === '' ? 'null' : text)
}

/** Sends a request and returns the text of the answer. */
export async function requestText(path: string, options?: RequestOptions): Promise<string> {
  return (await request(path, options)).text()
}

async function attemptOf(path: string, options: RequestOptions): Promise<Response | ApiProblem> {
  const { method = 'GET', body, headers, signal, isSignIn = false } = options
  const response = await fetch(path, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
    credentials: 'same-origin',
    cache: 'no-store',
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  }).catch((error: unknown) => {
    if (signal?.aborted === true) throw error
    return undefined
  })
  if (response === undefined) return new ApiProblem({ status: 0 })
  noteServerTime(response.headers.get('Date'))
  if (response.ok) return response
  const problem = await problemOf(response)
  if (problem.status === 401 && !isSignIn) announceSignedOut()
  return problem
}

/** Whether a repetition can succeed without a change of the request. */
export function isPassing({ status }: ApiProblem): boolean {
  return status === 0 || status === 429 || status === 502 || status === 503
}

/** The pause before the attempt after this one, in milliseconds. */
export function pauseBefore(attempt: number, retryAfterSeconds?: number): number {
  if (retryAfterSeconds !== undefined) {
    return Math.min(Math.max(retryAfterSeconds * 1_000, PAUSES_MS[0]), PAUSE_MS_MAX)
  }
  return PAUSES_MS[Math.min(attempt, PAUSES_MS.length - 1)] ?? PAUSES_MS[0]
}

/** Resolves after a time, or rejects when it is aborted. */
export function pause(millis: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, millis)
    const stop = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    if (signal?.aborted === true) stop()
    else signal?.addEventListener('abort', stop, { once: true })
  })
}
