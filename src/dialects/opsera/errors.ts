import { ApiError, plainErrorAnswerer } from '../api/api-error.ts'
import { sendJson } from './api/json.ts'

/** There is no token, or none that is valid. */
export function unauthorized(): ApiError {
  return new ApiError(401, 'Unauthorized')
}

/** The token's scope, or the role of its owner, does not allow this. */
export function forbidden(): ApiError {
  return new ApiError(403, 'Forbidden')
}

/** A parameter cannot be read. */
export function badParameter(name: string, expected: string): ApiError {
  return new ApiError(400, `Invalid input parameters: ${name} must be ${expected}`)
}

/** A parameter means nothing without another one. */
export function missingParameter(name: string, other: string): ApiError {
  return new ApiError(422, `Invalid or missing data provided: ${name} needs ${other}`)
}

/** The error handler of the dialect. */
export const answerError = plainErrorAnswerer((reply, { status, message }) => {
  if (status === 401) void reply.header('WWW-Authenticate', 'Bearer')
  return sendJson(reply.code(status), { status, message })
})
