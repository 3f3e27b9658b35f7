import { boundedBody } from '../../core/bounded-body.ts'
import { parseJsonKeepingNumbers } from '../../core/json/json-numbers.ts'
import { doubling, JITTER, parseRetryAfter, retry, waitText } from '../../core/retry.ts'
import type { VendorCredentials } from './vendor-credentials.ts'
import { VendorError } from './vendor-error.ts'

/** Longest wait for a whole answer, in milliseconds. */
const ANSWER_MS_MAX = 60_000
/** Largest answer, in bytes. */
const ANSWER_BYTES_MAX = 32 * 1024 * 1024
/** Bytes that are read of an error answer: its first words. */
const REFUSAL_BYTES_MAX = 64 * 1024
/** Attempts at one request before a run gives up. */
const ATTEMPTS_MAX = 7
/** Attempts at a request for the statuses of its `givesUpAt`. */
const BRIEF_ATTEMPTS_MAX = 2
/** Pause before the second attempt, in milliseconds; it doubles from there. */
const BACK_OFF_MS = 1000
/** Longest pause between two attempts that the client chooses, in milliseconds. */
const BACK_OFF_MS_MAX = 60_000
/** Longest pause that a vendor can request, in milliseconds. */
const RETRY_AFTER_MS_MAX = 15 * 60_000

/** A request for one JSON answer of a vendor's API. */
interface VendorRequest {
  /** Relative to the API's address, without a leading slash, every segment encoded. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | undefined>>
  /** Parses the body or throws a SyntaxError; default `parseJsonKeepingNumbers`. */
  readonly parse?: (body: string) => unknown
  /** Statuses that are retried only once, because for this request they do not pass. */
  readonly givesUpAt?: readonly number[]
}

/**
 * Reads the API of one vendor's server. `get` returns the parsed JSON of the body.
 *
 * It retries temporary failures: 429, 500, 502 to 504, an incomplete or missing answer. The pause
 * is that of `Retry-After`, else it doubles each time, and half of it is random. Once a request has
 * failed for good, further requests are tried only once until one succeeds. Redirects are not
 * followed, so credentials go to no other server.
 *
 * `get` rejects with VendorError, and with the signal's reason once that aborts.
 */
export interface VendorClient {
  get(request: VendorRequest, signal: AbortSignal): Promise<unknown>
}

/** What a vendor client needs. */
export interface VendorClientOptions {
  /** Address of the server; its path, if any, precedes the path of every request. */
  readonly url: string
  readonly credentials: VendorCredentials
  readonly userAgent: string
  /** Called with a sentence for people before each pause. */
  readonly trouble?: (message: string) => void
  /** Replaces `BACK_OFF_MS`. */
  readonly backOffMs?: number | undefined
  /** Replaces `ANSWER_MS_MAX`. */
  readonly answerMsMax?: number
}

/** A client of the server at `url`. */
export function createVendorClient(options: VendorClientOptions): VendorClient {
  const { backOffMs = BACK_OFF_MS, trouble } = options
  const backOff = doubling(backOffMs, BACK_OFF_MS_MAX, JITTER)
  let isDown = false
  const attemptsAt = (request: VendorRequest, { status, attemptsMax }: VendorError): number => {
    if (isDown) return 1
    const givesUp = status !== undefined && request.givesUpAt?.includes(status) === true
    return givesUp ? BRIEF_ATTEMPTS_MAX : (attemptsMax ?? ATTEMPTS_MAX)
  }
  return {
    async get(request, signal) {
      const ask = askingOnceRenewed(request, signal, options)
      const answer = await retry(ask, {
        isPassing(error, attempts): error is VendorError {
          if (!(error instanceof VendorError) || !error.isPassing) return false
          const isLast = attempts >= attemptsAt(request, error)
          isDown ||= attempts >= (error.attemptsMax ?? ATTEMPTS_MAX)
          return !isLast
        },
        pause: (attempts, { retryAfterMs }) =>
          retryAfterMs === undefined
            ? backOff(attempts)
            : Math.min(retryAfterMs, RETRY_AFTER_MS_MAX),
        signal,
        onWait: ({ message }, waitMs) => trouble?.(waitText(message, waitMs)),
      })
      isDown = false
      return answer
    },
  }
}

/** Requests an answer; renews the credentials once when they are refused. */
function askingOnceRenewed(
  request: VendorRequest,
  signal: AbortSignal,
  options: VendorClientOptions,
): () => Promise<unknown> {
  const { credentials } = options
  let renewed = credentials.renew === undefined
  return async () => {
    try {
      return await answerTo(request, signal, options)
    } catch (error) {
      signal.throwIfAborted()
      if (renewed || !(error instanceof VendorError) || error.status !== 401) throw error
      renewed = true
      await credentials.renew?.()
      return answerTo(request, signal, options)
    }
  }
}

async function answerTo(
  request: VendorRequest,
  signal: AbortSignal,
  options: VendorClientOptions,
): Promise<unknown> {
  const url = urlOf(request, options.url)
  const headers = await options.credentials.headers(url)
  const { answerMsMax = ANSWER_MS_MAX, userAgent } = options
  const deadline = AbortSignal.timeout(answerMsMax)
  let hasBegun = false
  try {
    const response = await fetch(url, {
      headers: { Accept: 'application/json', 'User-Agent': userAgent, ...headers },
      redirect: 'manual',
      signal: AbortSignal.any([signal, deadline]),
    })
    hasBegun = true
    if (!response.ok) throw await refusalOf(response, url)
    const body = await boundedBody(response, ANSWER_BYTES_MAX)
    if (!body.isWhole) throw VendorError.tooLarge(url, ANSWER_BYTES_MAX)
    return (request.parse ?? parseJsonKeepingNumbers)(textOf(body.bytes))
  } catch (error) {
    if (error instanceof VendorError) throw error
    if (error instanceof SyntaxError) throw VendorError.notJson(url)
    throw hasBegun && deadline.aborted
      ? VendorError.tooSlow(url, answerMsMax)
      : VendorError.noAnswer(url, error)
  }
}

async function refusalOf(response: Response, url: URL): Promise<VendorError> {
  const { bytes: body } = await boundedBody(response, REFUSAL_BYTES_MAX)
  const retryAfterMs = parseRetryAfter(response.headers.get('Retry-After'), Date.now())
  return VendorError.ofStatus(url, response.status, { body, retryAfterMs })
}

/** Some servers begin their texts with a byte-order mark, which is not valid JSON. */
function textOf(bytes: Buffer): string {
  return bytes.toString().replace(/^\u{feff}/u, '')
}

function urlOf({ path, query = {} }: VendorRequest, base: string): URL {
  const url = new URL(path, base.endsWith('/') ? base : `${base}/`)
  // Credentials do not belong here, and fetch would repeat them in its error about the URL.
  url.username = ''
  url.password = ''
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, value)
  }
  return url
}
