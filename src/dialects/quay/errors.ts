import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { ERRORS, Fault } from '../../core/errors.ts'
import type { JsonObject } from '../../core/event.ts'
import { sendJson } from './json-reply.ts'

/** Quay's words for what is wrong, each with its status, title text and description. */
export const ERROR_TYPES = {
  invalid_request: {
    status: 400,
    detail: 'Invalid request',
    description: 'The request was not valid. The detail says which part of it.',
  },
  invalid_token: {
    status: 401,
    detail: 'Requires authentication',
    description: 'The request has no access token, or one that is unknown, expired or revoked.',
  },
  fresh_login_required: {
    status: 401,
    detail: 'Requires fresh login',
    description: 'The password has to be given again before this is answered.',
  },
  insufficient_scope: {
    status: 403,
    detail: 'Unauthorized',
    description: 'The access token or its owner does not have the right to do this.',
  },
  not_found: {
    status: 404,
    detail: 'Not Found',
    description: 'The resource does not exist.',
  },
} as const

/** A name of `ERROR_TYPES`. */
export type ErrorType = keyof typeof ERROR_TYPES

/** Whether Quay has an error type of this name. */
export function isErrorType(name: string): name is ErrorType {
  return Object.hasOwn(ERROR_TYPES, name)
}

/** An error that Quay would answer: a problem object, or a bare `message`. */
export class QuayError extends Error {
  readonly status: number
  /** Absent: answered as `{"message": …}`. */
  readonly type: ErrorType | undefined

  constructor(status: number, message: string, type?: ErrorType) {
    super(message)
    this.name = 'QuayError'
    this.status = status
    this.type = type
  }
}

/** An error that Quay answers before its API is reached: `{"error": …}`, served as HTML. */
class BrowserError extends QuayError {}

/** A request breaks a rule for browsers. */
export function browserError(status: number, message: string): QuayError {
  return new BrowserError(status, message)
}

/** A problem object of this type, with the type's own text unless another is given. */
export function problem(type: ErrorType, detail: string = ERROR_TYPES[type].detail): QuayError {
  return new QuayError(ERROR_TYPES[type].status, detail, type)
}

/** A parameter is no date. (Quay takes it for absent, which is a wrong answer in an audit log.) */
export function badDate(parameter: string): QuayError {
  const formats = '%m/%d/%Y (06/18/2024) or YYYY-MM-DD (2024-06-18), in UTC'
  return problem('invalid_request', `${parameter} must be a date in the format ${formats}`)
}

const UNREADABLE_TEXT =
  'The browser (or proxy) sent a request that this server could not understand.'
const NO_JSON_TEXT =
  "Did not attempt to load JSON data because the request Content-Type was not 'application/json'."

/** The range ends before it starts. */
export function invertedRange(): QuayError {
  return new QuayError(400, UNREADABLE_TEXT)
}

/** A body that is no JSON. */
export function unreadableBody(): QuayError {
  return new QuayError(400, UNREADABLE_TEXT)
}

/** A body is wanted, and there is none that could be one. */
export function noJsonBody(): QuayError {
  return new QuayError(415, NO_JSON_TEXT)
}

/** The range of an aggregate is longer than the installation allows. */
export function rangeTooLong(): QuayError {
  return new QuayError(400, 'Invalid date range for logs')
}

/** Someone who may read every namespace asked for one that is not there. */
export function unknownNamespace(namespace: string): QuayError {
  return new QuayError(400, `Invalid namespace requested: ${namespace}`)
}

/** The path is there, but not for this method. */
export function wrongMethod(): QuayError {
  return new QuayError(405, 'The method is not allowed for the requested URL.')
}

/** Retry-After of a 503 or 429 that does not say, in seconds. */
const RETRY_AFTER_SECONDS_DEFAULT = 1

/** The error handler of the dialect's scope. Logs what is Waybill's own fault. */
export function answerError(
  error: FastifyError | Fault | QuayError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  if (error instanceof BrowserError) {
    // A page made of it must not be one that a name in it has made.
    const text = JSON.stringify({ error: error.message }).replaceAll('<', '\\u003c')
    return reply.code(error.status).header('Content-Type', 'text/html; charset=utf-8').send(text)
  }
  if (error instanceof QuayError) {
    return sendJson(reply.code(error.status), errorBody(error, request))
  }
  const status = error instanceof Fault ? error.status : (error.statusCode ?? 500)
  if (status >= 500) request.log.error({ err: error }, error.message)
  if (error instanceof Fault && (status === 429 || status === 503)) {
    void reply.header('Retry-After', error.retryAfterSeconds ?? RETRY_AFTER_SECONDS_DEFAULT)
  }
  return sendJson(reply.code(status), { message: publicText(error, status) })
}

function publicText(error: FastifyError | Fault, status: number): string {
  if (error instanceof Fault) return ERRORS[error.code].title
  if (status === 415) return NO_JSON_TEXT
  if (
    error.code === 'FST_ERR_CTP_EMPTY_JSON_BODY' ||
    error.code === 'FST_ERR_CTP_INVALID_JSON_BODY'
  ) {
    return UNREADABLE_TEXT
  }
  return status >= 500 ? 'Internal Server Error' : error.message
}

function errorBody(error: QuayError, request: FastifyRequest): JsonObject {
  if (error.type === undefined) return { message: error.message }
  return {
    detail: error.message,
    error_message: error.message,
    error_type: error.type,
    title: error.type,
    type: errorUrl(error.type, request),
    status: error.status,
  }
}

/** Where the description of an error type can be read. */
export function errorUrl(type: ErrorType, request: FastifyRequest): string {
  return `${request.protocol}://${request.host}/api/v1/error/${type}`
}
