import { type AnswerError, ApiError, plainErrorAnswerer } from '../api/api-error.ts'
import { sendJson } from './api/json.ts'

/** A parameter of the query, the path or the body cannot be read. */
export function badParameter(name: string): ApiError {
  return new ApiError(400, `Invalid parameter: ${name}`)
}

/** There is no session, or it has ended; clients sign in again and repeat. */
export function unauthorized(): ApiError {
  return new ApiError(401, 'Unauthorized')
}

/** The caller is known, but is not an administrator. */
export function forbidden(): ApiError {
  return new ApiError(403, 'Forbidden')
}

/** No event that the caller may see names such a container, or it was removed. */
export function unknownContainer(id: string): ApiError {
  return new ApiError(404, `Container not found: ${id}`)
}

/** Too many wrong passwords. */
export function tooManyAttempts(retryAfterSeconds: number): ApiError {
  return new ApiError(429, 'Too Many Requests', retryAfterSeconds)
}

/** All waiting slots are taken. */
export function tooManyWaiting(retryAfterSeconds: number): ApiError {
  return new ApiError(503, 'Service Unavailable', retryAfterSeconds)
}

/**
 * The error handler of the dialect.
 *
 * @param status200 whether errors are answered with HTTP status 200, as old Container Stations did;
 * `error.code` in the body stays what it is.
 */
export function stationErrors(status200: boolean): AnswerError<ApiError> {
  return plainErrorAnswerer((reply, { status, message }) =>
    sendJson(reply.code(status200 ? 200 : status), { error: { code: status, message } }),
  )
}
