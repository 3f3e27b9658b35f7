import type { FastifyRequest } from 'fastify'
import { ERRORS, Fault } from '../../core/errors.ts'
import type { JsonObject } from '../../core/event/event.ts'
import { ApiError, errorAnswerer, type ForeignError } from '../api/api-error.ts'
import { sendJson } from './api/json.ts'

/** Quay's words for what is wrong that Waybill answers with, each with its status and text. */
const ERROR_TYPES = {
  invalid_request: { status: 400, detail: 'Invalid request' },
  invalid_token: { status: 401, detail: 'Requires authentication' },
  fresh_login_required: { status: 401, detail: 'Requires fresh login' },
  insufficient_scope: { status: 403, detail: 'Unauthorized' },
  not_found: { status: 404, detail: 'Not Found' },
} as const

/** A name of `ERROR_TYPES`. */
export type ErrorType = keyof typeof ERROR_TYPES

/** What each of Quay's error types means, those included that Waybill never answers with. */
export const ERROR_DESCRIPTIONS: ReadonlyMap<string, string> = new Map([
  ['external_service_timeout', 'Another service did not answer in time. Retry the request.'],
  ['invalid_request', 'The request is malformed or one of its values is not valid.'],
  ['invalid_response', 'A service answered with something that could not be used.'],
  ['invalid_token', 'The request has no access token, or one that is unknown or revoked.'],
  ['expired_token', 'The access token has expired.'],
  ['insufficient_scope', 'The access token or its owner does not have the right to do this.'],
  ['fresh_login_required', 'The password has to be given again before this is answered.'],
  ['exceeds_license', 'The license of the registry does not include this.'],
  ['not_found', 'The resource does not exist.'],
  ['downstream_issue', 'A service that the registry depends on failed.'],
  ['tag_immutable', 'The tag is immutable: it cannot be changed or deleted.'],
  ['token_rotation_failed', 'The token could not be replaced by a new one.'],
])

/** An error that Quay would answer: a problem object, or a bare `message`. */
export class QuayError extends ApiError {
  /** Absent: answered as `{"message": …}`. */
  readonly type: ErrorType | undefined

  constructor(
    status: number,
    message: string,
    more: { readonly type?: ErrorType; readonly retryAfterSeconds?: number | undefined } = {},
  ) {
    super(status, message, more.retryAfterSeconds)
    this.type = more.type
  }
}

/** An error that Quay answers before its API is reached: `{"error": …}`, served as HTML. */
class BrowserError extends QuayError {}

/** An error that Quay answers by a bare text, served as HTML. */
class TextError extends QuayError {}

/** An error about one parameter: `{"message": {parameter: text}}`. */
class ArgumentError extends QuayError {
  readonly parameter: string

  constructor(parameter: string, help: string) {
    super(400, help)
    this.parameter = parameter
  }
}

/** A request breaks a rule for browsers. */
export function browserError(status: number, message: string): QuayError {
  return new BrowserError(status, message)
}

/** Too many wrong passwords. */
export function tooManySignIns(retryAfterSeconds: number): QuayError {
  const text = `Too many login attempts. Try again in ${retryAfterSeconds} seconds.`
  return new TextError(429, text, { retryAfterSeconds })
}

/** A problem object of this type, with the type's own text unless another is given. */
export function problem(type: ErrorType, detail: string = ERROR_TYPES[type].detail): QuayError {
  return new QuayError(ERROR_TYPES[type].status, detail, { type })
}

/** A parameter is no date. (Quay takes it for absent, which is a wrong answer in an audit log.) */
export function badDate(parameter: string): QuayError {
  const formats = '%m/%d/%Y (06/18/2024) or YYYY-MM-DD (2024-06-18), in UTC'
  return problem('invalid_request', `${parameter} must be a date in the format ${formats}`)
}

/** A parameter is not a number, in the form of Quay's argument parser: the text is its help. */
export function badArgument(parameter: string, help: string): QuayError {
  return new ArgumentError(parameter, help)
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

/** A body is required, and none that was sent can be read. */
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

/** The error handler of the dialect's scope. */
export const answerError = errorAnswerer({
  isOwn: (error) => error instanceof QuayError,
  translate: (error) =>
    new QuayError(error.status, publicText(error), { retryAfterSeconds: error.retryAfterSeconds }),
  send(reply, error, request) {
    void reply.code(error.status)
    if (error instanceof TextError) return reply.type(HTML).send(error.message)
    if (!(error instanceof BrowserError)) return sendJson(reply, errorBody(error, request))
    // A page made of it must not be one that a name in it has made.
    const text = JSON.stringify({ error: error.message }).replaceAll('<', '\\u003c')
    return reply.type(HTML).send(text)
  },
})

const HTML = 'text/html; charset=utf-8'

function publicText({ error, status }: ForeignError): string {
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
  if (error instanceof ArgumentError) return { message: { [error.parameter]: error.message } }
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
export function errorUrl(type: string, request: FastifyRequest): string {
  return `${request.protocol}://${request.host}/api/v1/error/${type}`
}
