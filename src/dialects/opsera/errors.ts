import { ApiError, errorAnswerer } from '../api/api-error.ts'
import { sendJson } from './api/json.ts'

/** An error that Opsera would answer: a status and a text. */
export class OpseraError extends ApiError {}

/** There is no token, or none that is valid. */
export function unauthorized(): OpseraError {
  return new OpseraError(401, 'Unauthorized')
}

/** The token's scope, or the role of its owner, does not allow this. */
export function forbidden(): OpseraError {
  return new OpseraError(403, 'Forbidden')
}

/** A parameter cannot be read. */
export function badParameter(name: string, expected: string): OpseraError {
  return new OpseraError(400, `Invalid input parameters: ${name} must be ${expected}`)
}

/** A parameter means nothing without another one. */
export function missingParameter(name: string, other: string): OpseraError {
  return new OpseraError(422, `Invalid or missing data provided: ${name} needs ${other}`)
}

/** The path is no route. */
export function notFound(): OpseraError {
  return new OpseraError(404, 'Not Found')
}

/** The path is a route, but not for this method. */
export function wrongMethod(): OpseraError {
  return new OpseraError(405, 'Method Not Allowed')
}

/** The error handler of the dialect. */
export const answerError = errorAnswerer({
  isOwn: (error) => error instanceof OpseraError,
  translate: ({ status, message, retryAfterSeconds }) =>
    new OpseraError(status, message, retryAfterSeconds),
  send(reply, { status, message }) {
    if (status === 401) void reply.header('WWW-Authenticate', 'Bearer')
    return sendJson(reply.code(status), { status, message })
  },
})
