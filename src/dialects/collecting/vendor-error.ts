import { isMembers } from '../../core/json/json.ts'

/** Statuses that are usually temporary. */
const PASSING: readonly number[] = [408, 429, 500, 502, 503, 504]
/** Statuses that refuse a request for good, for these credentials or for all. */
const REFUSING: readonly number[] = [400, 401, 403, 404]
/** Attempts at a request whose answer is too slow, because each takes the longest time. */
const SLOW_ATTEMPTS_MAX = 2
/** Longest part of a vendor's own text in a message, in UTF-16 units. */
const WORDS_LENGTH_MAX = 200

/**
 * A vendor's server refused or did not answer. The message contains the address without query and
 * credentials, and the reason, but no secret.
 */
export class VendorError extends Error {
  /** Undefined when there was no answer. */
  readonly status: number | undefined
  /** Whether the same request may succeed later. */
  readonly isPassing: boolean
  /** The pause that `Retry-After` requests. */
  readonly retryAfterMs: number | undefined
  /** Most attempts at a request that fails this way; undefined for the default. */
  readonly attemptsMax: number | undefined
  /** Whether the server answers, and only this answer is unusable. */
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

  /** Whether this request is refused for good, for these credentials or for all. */
  get isRefusal(): boolean {
    return this.status !== undefined && REFUSING.includes(this.status)
  }

  static ofStatus(url: URL, status: number, answer: RefusedAnswer): VendorError {
    const { body, retryAfterMs } = answer
    const words = wordsOf(body)
    const reason = status >= 300 && status < 400 ? 'a redirect, which is not followed' : words
    const message = `${placeOf(url)} answered ${status}${reason === '' ? '' : `: ${reason}`}`
    const isPassing = PASSING.includes(status)
    // A 500 concerns one answer; the other statuses come from a server that is busy or down.
    const isUseless = status === 500 || !(isPassing || REFUSING.includes(status))
    return new VendorError(message, { status, isPassing, isUseless, retryAfterMs })
  }

  static notJson(url: URL): VendorError {
    // A proxy may temporarily answer with a page of its own.
    return new VendorError(`${placeOf(url)} answered with something that is not JSON`, {
      isPassing: true,
      isUseless: true,
    })
  }

  static unexpected(path: string, expected: string): VendorError {
    return new VendorError(`${path} answered with something other than ${expected}`, {
      isPassing: false,
      isUseless: true,
    })
  }

  /** A walk over pages that does not end. */
  static endlessPages(what: string): VendorError {
    return new VendorError(`${what}: its pages repeat or go on without end`, {
      isPassing: false,
      isUseless: true,
    })
  }

  static tooLarge(url: URL, bytesMax: number): VendorError {
    return new VendorError(`${placeOf(url)} answered with more than ${bytesMax} bytes`, {
      isPassing: false,
      isUseless: true,
    })
  }

  /** An answer that began but did not end in time. */
  static tooSlow(url: URL, answerMsMax: number): VendorError {
    const seconds = answerMsMax / 1000
    return new VendorError(`${placeOf(url)} did not finish its answer within ${seconds} s`, {
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

/** The vendor's own text about the failure, as one line of plain text. */
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
