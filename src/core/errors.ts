/**
 * Every error that Waybill itself raises: HTTP status, title for clients, and what to do about it.
 * A code is stable; docs/reference/errors.md is generated from this table.
 */
export const ERRORS = {
  'request.malformed': { status: 400, title: 'The request could not be read' },
  'request.invalid': { status: 400, title: 'A parameter of the request is not valid' },
  'request.too-large': { status: 413, title: 'The request is over a limit' },
  /** A limit on what may be open at once, such as streams. Answered with Retry-After. */
  'request.too-many': { status: 429, title: 'Too many of these are open at once' },
  'request.timeout': { status: 408, title: 'The request did not arrive in time' },
  'request.head-too-large': { status: 431, title: 'The head of the request is over a limit' },
  'request.expectation': { status: 417, title: 'The server does not meet this expectation' },
  'request.media-type': { status: 415, title: 'The content type is not one this route reads' },
  'event.invalid': { status: 400, title: 'One or more events are not valid' },
  'query.cursor': { status: 400, title: 'The cursor was not issued for this query' },
  /** A place in another ledger, or after the end of this one. */
  'query.position': { status: 409, title: 'The position is not one of this ledger' },
  'query.too-many-buckets': { status: 400, title: 'The histogram would have too many buckets' },
  /** The engine refuses it for its size, or it takes more memory than one query may. */
  'query.too-complex': { status: 400, title: 'The query is too complex' },
  /** It may succeed for a shorter time range; no Retry-After, since it would take as long again. */
  'query.timeout': { status: 504, title: 'The query took longer than a query may' },
  'idempotency.reused': {
    status: 422,
    title: 'The Idempotency-Key was already used with another body',
  },
  'access.unauthenticated': { status: 401, title: 'Credentials are missing or not valid' },
  'access.denied': { status: 403, title: 'The credentials do not allow this' },
  'resource.missing': { status: 404, title: 'There is no such resource' },
  'resource.method': { status: 405, title: 'The method is not allowed here' },
  'resource.conflict': { status: 409, title: 'The resource already exists' },
  /** A limit on what a tenant may keep; something has to be deleted first. */
  'resource.too-many': { status: 409, title: 'There are as many of these as there may be' },
  /** Back-pressure: the append queue is at its limit. Answered with Retry-After. */
  'ledger.overloaded': { status: 429, title: 'More events arrive than can be stored' },
  /** It would sign a second history next to the one that it published. */
  'ledger.read-only': { status: 503, title: 'The ledger takes no events' },
  /** The store cannot take or answer (disk full, server gone). Answered with Retry-After. */
  'store.unavailable': { status: 503, title: 'The store is not available' },
  /** Stored data cannot be read back. Answered with Retry-After: a restored part is read again. */
  'store.damaged': { status: 503, title: 'A part of the store cannot be read' },
  /** A container engine is gone or answers nonsense. Answered with Retry-After. */
  'engine.unavailable': { status: 503, title: 'The container engine does not answer' },
  'server.stopping': { status: 503, title: 'The server is stopping' },
  'internal.fault': { status: 500, title: 'An unexpected fault; the log has the details' },
} as const satisfies Record<string, { status: number; title: string }>

export type ErrorCode = keyof typeof ERRORS

/** One thing wrong with one value of a request. */
export interface Problem {
  /** Which item of a batch, from 0; absent when the request is not a batch. */
  readonly index?: number
  /** JSON pointer (RFC 6901) to the value, or the name of the parameter. */
  readonly path: string
  /** What was expected, as a sentence without a full stop. */
  readonly expected: string
}

/** What an error says beside its code. */
export interface FaultOptions {
  /** What a client may read, beside the title. */
  readonly detail?: string
  readonly problems?: readonly Problem[]
  /** For 429 and 503: after how many seconds a retry is sensible. */
  readonly retryAfterSeconds?: number
  /** What happened inside; for the log, never for clients. */
  readonly cause?: unknown
}

/** An error with a code of the table. Its message is safe for clients; its cause is not. */
export class Fault extends Error {
  readonly code: ErrorCode
  readonly detail: string | undefined
  readonly problems: readonly Problem[]
  readonly retryAfterSeconds: number | undefined

  constructor(code: ErrorCode, options: FaultOptions = {}) {
    const title = ERRORS[code].title
    super(options.detail === undefined ? title : `${title}: ${options.detail}`, {
      cause: options.cause,
    })
    this.name = 'Fault'
    this.code = code
    this.detail = options.detail
    this.problems = options.problems ?? []
    this.retryAfterSeconds = options.retryAfterSeconds
  }

  get status(): number {
    return ERRORS[this.code].status
  }
}

/** The Fault of one value of a request: where it stands, and what was expected of it. */
export function invalidValue(path: string, expected: string): Fault {
  return new Fault('request.invalid', { problems: [{ path, expected }] })
}
