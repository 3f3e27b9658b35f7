import { STATUS_CODES } from 'node:http'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { Fault } from '../../core/errors.ts'
import { sendJson } from './json-reply.ts'

/** An error that Opsera would answer: a status and a text. */
export class OpseraError extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.name = 'OpseraError'
    this.status = status
  }
}

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

/** Retry-After of a 503 or 429 that does not say, in seconds. */
const RETRY_AFTER_SECONDS_DEFAULT = 1

/** The error handler of the dialect. Logs what is Waybill's own fault. */
export function answerError(
  error: FastifyError | Fault | OpseraError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const isKnown = error instanceof OpseraError || error instanceof Fault
  const status = isKnown ? error.status : (error.statusCode ?? 500)
  if (status >= 500) request.log.error({ err: error }, error.message)
  if (status === 401) void reply.header('WWW-Authenticate', 'Bearer')
  if (status === 429 || status === 503) {
    const seconds = error instanceof Fault ? error.retryAfterSeconds : undefined
    void reply.header('Retry-After', seconds ?? RETRY_AFTER_SECONDS_DEFAULT)
  }
  // Of what is not of this dialect only the status is told, in HTTP's own words.
  const message = error instanceof OpseraError ? error.message : (STATUS_CODES[status] ?? 'Error')
  return sendJson(reply.code(status), { status, message })
}
