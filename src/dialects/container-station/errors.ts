import { STATUS_CODES } from 'node:http'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { Fault } from '../../core/errors.ts'
import { sendJson } from './json-reply.ts'

/** An error that Container Station would answer: a code, which is the status, and a text. */
export class StationError extends Error {
  readonly status: number
  /** For 429 and 503: after how many seconds a retry is sensible. */
  readonly retryAfterSeconds: number | undefined

  constructor(status: number, message: string, retryAfterSeconds?: number) {
    super(message)
    this.name = 'StationError'
    this.status = status
    this.retryAfterSeconds = retryAfterSeconds
  }
}

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

/** Retry-After of a 503 or 429 that does not say, in seconds. */
const RETRY_AFTER_SECONDS_DEFAULT = 1

/** Answers an error of the dialect's scope. Logs what is Waybill's own fault. */
export type AnswerError = (
  error: FastifyError | Fault | StationError,
  request: FastifyRequest,
  reply: FastifyReply,
) => FastifyReply

/**
 * The error handler of the dialect.
 *
 * @param status200 whether errors are answered with HTTP status 200, as old Container Stations did;
 * `error.code` in the body stays what it is.
 */
export function errorAnswerer(status200: boolean): AnswerError {
  return (error, request, reply) => {
    const status = statusOf(error)
    if (status >= 500 && !(error instanceof StationError)) {
      request.log.error({ err: error }, error.message)
    }
    if (status === 429 || status === 503) {
      void reply.header('Retry-After', retryAfterOf(error) ?? RETRY_AFTER_SECONDS_DEFAULT)
    }
    return sendJson(reply.code(status200 ? 200 : status), {
      error: { code: status, message: publicText(error, status) },
    })
  }
}

function statusOf(error: FastifyError | Fault | StationError): number {
  if (error instanceof StationError || error instanceof Fault) return error.status
  return error.statusCode ?? 500
}

function retryAfterOf(error: FastifyError | Fault | StationError): number | undefined {
  const isOwn = error instanceof StationError || error instanceof Fault
  return isOwn ? error.retryAfterSeconds : undefined
}

/** Of what is not of this dialect only the status is told, in HTTP's own words. */
function publicText(error: Error, status: number): string {
  return error instanceof StationError ? error.message : (STATUS_CODES[status] ?? 'Error')
}
