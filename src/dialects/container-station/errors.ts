import { type AnswerError, ApiError, errorAnswerer } from '../api/api-error.ts'
import { sendJson } from './api/json.ts'

/** An error that Container Station would answer: a code, which is the status, and a text. */
export class StationError extends ApiError {}

/** A parameter of the query, the path or the body cannot be read. */
export function badParameter(name: string): StationError {
  return new StationError(400, `Invalid parameter: ${name}`)
}

/** There is no session, or none any more; clients sign in again and repeat. */
export function unauthorized(): StationError {
  return new StationError(401, 'Unauthorized')
}

/** The caller is known, but is no administrator. */
export function forbidden(): StationError {
  return new StationError(403, 'Forbidden')
}

/** The path is no route. */
export function notFound(): StationError {
  return new StationError(404, 'Not Found')
}

/** Nothing visible to the caller tells of such a container, or it was destroyed. */
export function unknownContainer(id: string): StationError {
  return new StationError(404, `Container not found: ${id}`)
}

/** The path is a route, but not for this method. */
export function wrongMethod(): StationError {
  return new StationError(405, 'Method Not Allowed')
}

/** Too many wrong passwords. */
export function tooManyAttempts(retryAfterSeconds: number): StationError {
  return new StationError(429, 'Too Many Requests', retryAfterSeconds)
}

/** Everybody who may wait does. */
export function tooManyWaiting(retryAfterSeconds: number): StationError {
  return new StationError(503, 'Service Unavailable', retryAfterSeconds)
}

/**
 * The error handler of the dialect.
 *
 * @param status200 whether errors are answered with HTTP status 200, as old Container Stations did;
 * `error.code` in the body stays what it is.
 */
export function stationErrors(status200: boolean): AnswerError<StationError> {
  return errorAnswerer({
    isOwn: (error) => error instanceof StationError,
    translate: ({ status, message, retryAfterSeconds }) =>
      new StationError(status, message, retryAfterSeconds),
    send: (reply, { status, message }) =>
      sendJson(reply.code(status200 ? 200 : status), { error: { code: status, message } }),
  })
}
