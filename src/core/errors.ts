/**
 * Every error that Waybill raises: HTTP status and title for clients. Codes are stable;
 * docs/reference/errors.md is generated from this table.
 */
export const ERRORS = {
  'request.malformed': { status: 400, title: 'The request could not be read' },
  'request.invalid': { status: 400, title: 'A parameter of the request is not valid' },
  'request.too-large': { status: 413, title: 'The request exceeds a limit' },
  /** A limit on what may be open or waiting at once, such as streams. Answered with Retry-After. */
  'request.too-many': { status: 429, title: 'Too many of these at once' },
  'request.timeout': { status: 408, title: 'The request did not arrive in time' },
  'request.head-too-large': { status: 431, title: 'The head of the request exceeds a limit' },
  'request.expectation': { status: 417, title: 'The server cannot meet this expectation' },
  'request.media-type': { status: 415, title: 'This route does not accept the content type' },
  'event.invalid': { status: 400, title: 'One or more events are not valid' },
  'query.cursor': { status: 400, title: 'The cursor was not issued for this query' },
  /** A position in another ledger, or after the end of this one. */
  'query.position': { status: 409, title: 'The position is not in this ledger' },
  'query.too-many-buckets': { status: 400, title: 'The histogram would have too many buckets' },
  /** The engine rejects it for its size, or it takes more memory than one query may. */
  'query.too-complex': { status: 400, title: 'The query is too complex' },
  /** It may succeed for a shorter time range; no Retry-After, since a retry would take as long. */
  'query.timeout': { status: 504, title: 'The query exceeded the time limit' },
  'idempotency.reused': {
    status: 422,
    title: 'The Idempotency-Key was already used with another body',
  },
  'access.unauthenticated': { status: 401, title: 'Credentials are missing or not valid' },
  'access.denied': { status: 403, title: 'The credentials do not allow this' },
  /** A session's cookie would travel in plain text. */
  'access.insecure': { status: 403, title: 'A session needs TLS' },
  'resource.missing': { status: 404, title: 'There is no such resource' },
  'resource.method': { status: 405, title: 'The method is not allowed here' },
  'resource.conflict': { status: 409, title: 'The resource already exists' },
  /** A limit on what a tenant may keep; something must be deleted first. */
  'resource.too-many': { status: 409, title: 'The limit for this kind of resource is reached' },
  /** Back-pressure: the append queue is at its limit. Answered with Retry-After. */
  'ledger.overloaded': { status: 429, title: 'Events are arriving faster than they can be stored' },
  /** Writing would sign a second history besides the published one. */
  'ledger.read-only': { status: 503, title: 'The ledger is read-only' },
  /** The store cannot write or answer (disk full, server down). Answered with Retry-After. */
  'store.unavailable': { status: 503, title: 'The store is not available' },
  /**
   * Stored data cannot be read. Answered with Retry-After, because a restored part is read again.
   */
  'store.damaged': { status: 503, title: 'A part of the store cannot be read' },
  /** A container engine is down or gives invalid answers. Answered with Retry-After. */
  'engine.unavailable': { status: 503, title: 'The container engine does not answer' },
  'server.stopping': { status: 503, title: 'The server is stopping' },
  'internal.fault': { status: 500, title: 'Internal error; see the log for details' },
} as const satisfies Record<string, { status: number; title: string }>

export type ErrorCode = keyof typeof ERRORS

/** One problem with one value of a request. */
export interface Problem {
  /** The item of a batch, from 0; absent when the request is not a batch. */
  readonly index?: number
  /** JSON pointer (RFC 6901) to the value, or the name of the parameter. */
  readonly path: string
  /** What was expected, as a sentence without a full stop. */
  readonly expected: string
}

/** The details of an error in addition to its code. */
export interface FaultOptions {
  /** Shown to clients after the title. */
  readonly detail?: string
  readonly problems?: readonly Problem[]
  /** For 429 and 503: seconds after which a retry is reasonable. */
  readonly retryAfterSeconds?: number
  /** The internal cause; for the log, never for clients. */
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

/** The Fault for one invalid value of a request: its path, and what was expected. */
export function invalidValue(path: string, expected: string): Fault {
  return new Fault('request.invalid', { problems: [{ path, expected }] })
}
