import { setTimeout as sleep } from 'node:timers/promises'
import { parseRetryAfter } from '../core/retry-after.ts'
import type { VendorCredentials } from './vendor-credentials.ts'
import { VendorError } from './vendor-error.ts'

/** Longest wait for a whole answer, in milliseconds. */
const ANSWER_MS_MAX = 60_000
/** Largest answer, in bytes. */
const ANSWER_BYTES_MAX = 32 * 1024 * 1024
/** Attempts at one request before a run gives up. */
const ATTEMPTS_MAX = 7
/** Wait before the second attempt, in milliseconds; it doubles from there. */
const BACK_OFF_MS = 1000
/** Longest wait between two attempts that the client chooses itself, in milliseconds. */
const BACK_OFF_MS_MAX = 60_000
/** Longest wait that a vendor can ask for, in milliseconds. */
const RETRY_AFTER_MS_MAX = 15 * 60_000

/** A request for one JSON answer of a vendor's API. */
interface VendorRequest {
  /** Relative to the API's address, without a slash in front, every segment encoded. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | undefined>>
}

/**
 * Reads the API of one vendor's server. `get` answers what the JSON of the body says.
 *
 * It waits out what passes by itself: 429, 500, 502 to 504, an answer that breaks off or does not
 * come. It waits as long as `Retry-After` says, else twice as long each time, and half of that is
 * chance. It follows no redirect, so credentials go to no other server.
 *
 * `get` rejects with VendorError, and with the signal's reason once that aborts.
 */
export interface VendorClient {
  get(request: VendorRequest, signal: AbortSignal): Promise<unknown>
}

/** What a vendor client is made of. */
export interface VendorClientOptions {
  /** Address of the server; its path, if any, stays in front of every request's. */
  readonly url: string
  readonly credentials: VendorCredentials
  readonly userAgent: string
  /** Told before each wait. */
  readonly onWait?: (reason: string, waitMs: number) => void
  /** Stands in for `BACK_OFF_MS`. */
  readonly backOffMs?: number
}

/** A client of the server at `url`. */
export function createVendorClient(options: VendorClientOptions): VendorClient {
  return {
    async get(request, signal) {
      let renewed = false
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await answerTo(request, signal, options)
        } catch (error) {
          signal.throwIfAborted()
          if (!(error instanceof VendorError)) throw error
          if (error.status === 401 && !renewed && options.credentials.renew !== undefined) {
            renewed = true
            await options.credentials.renew()
          } else if (error.isPassing && attempt < ATTEMPTS_MAX) {
            const waitMs = waitBefore(error, attempt, options.backOffMs ?? BACK_OFF_MS)
            options.onWait?.(error.message, waitMs)
            await sleep(waitMs, undefined, { signal })
          } else throw error
        }
      }
    },
  }
}

function waitBefore(error: VendorError, attempt: number, backOffMs: number): number {
  if (error.retryAfterMs !== undefined) return Math.min(error.retryAfterMs, RETRY_AFTER_MS_MAX)
  const full = Math.min(backOffMs * 2 ** (attempt - 1), BACK_OFF_MS_MAX)
  return full / 2 + (Math.random() * full) / 2
}

async function answerTo(
  request: VendorRequest,
  signal: AbortSignal,
  options: VendorClientOptions,
): Promise<unknown> {
  const url = urlOf(request, options.url)
  const headers = await options.credentials.headers(url)
  try {
    const response = await fetch(url, {
      headers: { Accept: 'application/json', 'User-Agent': options.userAgent, ...headers },
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS_MAX)]),
    })
    const body = await boundedBody(response, url)
    if (!response.ok) {
      throw VendorError.ofStatus(url, response.status, {
        body,
        retryAfterMs: parseRetryAfter(response.headers.get('Retry-After'), Date.now()),
      })
    }
    return JSON.parse(body.toString())
  } catch (error) {
    if (error instanceof VendorError) throw error
    throw error instanceof SyntaxError ? VendorError.notJson(url) : VendorError.noAnswer(url, error)
  }
}

function urlOf({ path, query = {} }: VendorRequest, base: string): URL {
  const url = new URL(path, base.endsWith('/') ? base : `${base}/`)
  // Credentials do not belong here, and fetch would repeat them in its refusal of the whole URL.
  url.username = ''
  url.password = ''
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, value)
  }
  return url
}

async function boundedBody(response: Response, url: URL): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length
    if (bytes > ANSWER_BYTES_MAX) throw VendorError.tooLarge(url, ANSWER_BYTES_MAX)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
