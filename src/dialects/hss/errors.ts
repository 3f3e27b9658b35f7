import { STATUS_CODES } from 'node:http'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { Fault } from '../../core/errors.ts'
import type { JsonObject } from '../../core/event.ts'
import { requestIdOf, sendJson } from './json-reply.ts'

/**
 * Who answers an error in Huawei Cloud, each in a form of its own: the service (HSS.0001), the
 * gateway in front of it (APIGW.0301), or IAM, which speaks as OpenStack's Keystone does.
 */
type Speaker = 'service' | 'gateway' | 'identity'

/** An error that Huawei Cloud would answer. */
export class HssError extends Error {
  readonly speaker: Speaker
  readonly status: number
  /** `HSS.0001`; IAM has none besides the status. */
  readonly code: string
  /** For 429: after how many seconds a retry is sensible. */
  readonly retryAfterSeconds: number | undefined

  constructor(
    speaker: Speaker,
    answer: { status: number; code?: string; retryAfterSeconds?: number },
    message: string,
  ) {
    super(message)
    this.name = 'HssError'
    this.speaker = speaker
    this.status = answer.status
    this.code = answer.code ?? ''
    this.retryAfterSeconds = answer.retryAfterSeconds
  }
}

/** A parameter cannot be read or is out of its range. */
export function badParameter(): HssError {
  return new HssError('service', { status: 400, code: 'HSS.0001' }, 'Invalid parameter.')
}

/** The credentials are for another project, or for too little. */
export function insufficientPermissions(): HssError {
  return new HssError('service', { status: 400, code: 'HSS.0013' }, 'Insufficient permissions.')
}

/** The gateway does not know who asks. @param detail in the vendor's words. */
export function unauthenticated(detail: string): HssError {
  const message = `Incorrect IAM authentication information: ${detail}`
  return new HssError('gateway', { status: 401, code: 'APIGW.0301' }, message)
}

/** The path is no route. */
export function unknownPath(): HssError {
  const message = 'The API does not exist or has not been published in the environment.'
  return new HssError('gateway', { status: 404, code: 'APIGW.0101' }, message)
}

/** The path is a route, but not for this method. */
export function wrongMethod(): HssError {
  return new HssError('gateway', { status: 404, code: 'APIGW.0101' }, 'The API does not exist.')
}

/** A request that no service gets to see. */
export function badRequest(status: 400 | 413): HssError {
  return new HssError('gateway', { status, code: 'APIGW.0201' }, 'API request error.')
}

/** IAM refuses. */
export function identityError(
  status: 400 | 401 | 403 | 404 | 429,
  message: string,
  retryAfterSeconds?: number,
): HssError {
  const more = retryAfterSeconds === undefined ? {} : { retryAfterSeconds }
  return new HssError('identity', { status, ...more }, message)
}

/** Retry-After of a 429 or 503 that does not say, in seconds. */
const RETRY_AFTER_SECONDS_DEFAULT = 1

/** Answers an error in the form of whoever raises it. Logs what is Waybill's own fault. */
export function answerError(
  error: FastifyError | Fault | HssError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const answered = asHssError(error, request)
  const { status } = answered
  if (status >= 500) request.log.error({ err: error }, error.message)
  if (status === 429 || status === 503) {
    void reply.header('Retry-After', answered.retryAfterSeconds ?? RETRY_AFTER_SECONDS_DEFAULT)
  }
  return sendJson(reply.code(status), bodyOf(answered, reply))
}

function bodyOf({ speaker, status, code, message }: HssError, reply: FastifyReply): JsonObject {
  switch (speaker) {
    case 'service':
      return { error_code: code, error_msg: message }
    case 'gateway':
      return { error_msg: message, error_code: code, request_id: requestIdOf(reply) }
    case 'identity':
      return { error: { message, code: status, title: STATUS_CODES[status] ?? 'Error' } }
  }
}

/** Of what is not of this dialect only the status is told. */
function asHssError(error: FastifyError | Fault | HssError, request: FastifyRequest): HssError {
  if (error instanceof HssError) return error
  const status = error instanceof Fault ? error.status : (error.statusCode ?? 500)
  const retry = error instanceof Fault ? error.retryAfterSeconds : undefined
  const answer = { status, ...(retry !== undefined && { retryAfterSeconds: retry }) }
  if (request.url.startsWith('/v3/auth/')) {
    return new HssError('identity', answer, STATUS_CODES[status] ?? 'Error')
  }
  if (status >= 500) {
    return new HssError('gateway', { ...answer, code: 'APIGW.0601' }, 'Internal server error.')
  }
  return new HssError('gateway', { ...answer, code: 'APIGW.0201' }, 'API request error.')
}
