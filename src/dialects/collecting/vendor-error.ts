import { isMembers } from '../../core/json/json.ts'

/** Statuses that pass by themselves, as a rule. */
const PASSING: readonly number[] = [408, 429, 500, 502, 503, 504]
/** Statuses that refuse a request for good, to these credentials or to all. */
const REFUSING: readonly number[] = [400, 401, 403, 404]
/** Attempts at a request whose answer comes too slowly: each of them takes the longest time. */
const SLOW_ATTEMPTS_MAX = 2
/** Longest part of a vendor's own words in a message, in UTF-16 units. */
const WORDS_LENGTH_MAX = 200

/**
 * A vendor's server refused or did not answer. The message names the address, without its query and
 * without credentials, and the reason; it holds no secret.
 */
export class VendorError extends Error {
  /** Undefined when there was no answer. */
  readonly status: number | undefined
  /** Whether the same request may succeed later. */
  readonly isPassing: boolean
  /** What `Retry-After` asked for. */
  readonly retryAfterMs: number | undefined
  /** Most attempts at a request that fails so; undefined: as many as at any. */
  readonly attemptsMax: number | undefined
  /** Whether the server is there, and only this answer of it cannot be used. */
  readonly isUseless: boolean

  private constructor(message: string, facts: Facts) {
    super(message, { cause: facts.cause })
    this.name = 'VendorError'
    this.status = facts.status
    this.isPassing = facts.isPassing
    this.retryAfterMs = facts.retryAfterMs
    this.attemptsMax = facts.attemptsMax
    this.isUseless = facts.isUseless ?? false
  }

  /** Whether this request is refused for good, to these credentials or to all. */
  get isRefusal(): boolean {
    return this.status !== undefined && REFUSING.includes(this.status)
  }

  static ofStatus(url: URL, status: number, answer: RefusedAnswer): VendorError {
    const { body, retryAfterMs } = answer
    const words = wordsOf(body)
    const reason = status >= 300 && status < 400 ? 'a redirect, which is not followed' : words
    const message = `${placeOf(url)} answered ${status}${reason === '' ? '' : `: ${reason}`}`
    const isPassing = PASSING.includes(status)
    // A 500 is that of one answer; the others are those of a server that is busy or down.
    const isUseless = status === 500 || !(isPassing || REFUSING.includes(status))
    return new VendorError(message, { status, isPassing, isUseless, retryAfterMs })
  }

  static notJson(url: URL): VendorError {
    // A proxy in front may answer with a page of its own for a while.
    return new VendorError(`${placeOf(url)} answered with something that is not JSON`, {
      isPassing: true,
      isUseless: true,
    })
  }

  static unexpected(path: string, expected: string): VendorError {
    return new VendorError(`${path} answered something else than ${expected}`, {
      isPassing: false,
      isUseless: true,
    })
  }

  /** A walk over pages that does not come to its end. */
  static endlessPages(what: string): VendorError {
    return new VendorError(`${what}: its pages repeat or go on without end`, {
      isPassing: false,
      isUseless: true,
    })
  }

  static tooLarge(url: URL, bytesMax: number): VendorError {
    return new VendorError(`${placeOf(url)} answered more than ${bytesMax} bytes`, {
      isPassing: false,
      isUseless: true,
    })
  }

  /** An answer that began and did not end in time. */
  static tooSlow(url: URL, answerMsMax: number): VendorError {
    const seconds = answerMsMax / 1000
    return new VendorError(`${placeOf(url)} did not end its answer within ${seconds} s`, {
      isPassing: true,
      isUseless: true,
      attemptsMax: SLOW_ATTEMPTS_MAX,
    })
  }

  static noAnswer(url: URL, cause: unknown): VendorError {
    const reason = reasonOf(cause)
    return new VendorError(`${placeOf(url)} does not answer: ${reason}`, { isPassing: true, cause })
  }
}

interface Facts {
  readonly status?: number
  readonly isPassing: boolean
  readonly isUseless?: boolean
  readonly attemptsMax?: number
  readonly retryAfterMs?: number | undefined
  readonly cause?: unknown
}

interface RefusedAnswer {
  readonly body: Buffer
  readonly retryAfterMs: number | undefined
}

function placeOf(url: URL): string {
  return `${url.origin}${url.pathname}`
}

/** What the vendor says about its refusal, in one line of plain text. */
function wordsOf(body: Buffer): string {
  const text = body.subarray(0, WORDS_LENGTH_MAX * 16).toString()
  return saidIn(text)
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, WORDS_LENGTH_MAX)
}

function saidIn(text: string): string {
  try {
    const value: unknown = JSON.parse(text)
    if (!isMembers(value)) return ''
    const said = ['detail', 'error_message', 'message', 'error', 'error_msg'].map(
      (key) => value[key],
    )
    return said.find((words): words is string => typeof words === 'string') ?? ''
  } catch {
    return ''
  }
}

function reasonOf(error: unknown): string {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && typeof cause.code === 'string') return cause.code
    if (cause.name === 'TimeoutError') return 'no answer in time'
    if (cause.cause === undefined) return cause.message
  }
  return 'unknown reason'
}
