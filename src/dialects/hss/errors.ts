import { STATUS_CODES } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { JsonObject } from '../../core/event/event.ts'
import { ApiError, errorAnswerer, type ForeignError } from '../api/api-error.ts'
import { requestIdOf, sendJson } from './api/json.ts'

/**
 * Who answers an error in Huawei Cloud, each in a form of its own: the service (HSS.0001), the
 * gateway in front of it (APIGW.0301), or IAM, which speaks as OpenStack's Keystone does.
 */
type Speaker = 'service' | 'gateway' | 'identity'

/** An error that Huawei Cloud would answer. */
export class HssError extends ApiError {
  readonly speaker: Speaker
  /** `HSS.0001`; IAM has none besides the status. */
  readonly code: string

  constructor(
    speaker: Speaker,
    answer: { status: number; code?: string; retryAfterSeconds?: number | undefined },
    message: string,
  ) {
    super(answer.status, message, answer.retryAfterSeconds)
    this.speaker = speaker
    this.code = answer.code ?? ''
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
  return new HssError('identity', { status, retryAfterSeconds }, message)
}

/** Answers an error in the form of the service that raises it. */
export const answerError = errorAnswerer({
  isOwn: (error) => error instanceof HssError,
  translate: spoken,
  send: (reply, error) => sendJson(reply.code(error.status), bodyOf(error, reply)),
})

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

/** The speaker is known by the path; of what is not of this dialect only the status is told. */
function spoken(error: ForeignError, { url }: FastifyRequest): HssError {
  const { status, message } = error
  const retry = { retryAfterSeconds: error.retryAfterSeconds }
  if (url.startsWith('/v3/auth/')) return new HssError('identity', { status, ...retry }, message)
  return status >= 500
    ? new HssError('gateway', { status, code: 'APIGW.0601', ...retry }, 'Internal server error.')
    : new HssError('gateway', { status, code: 'APIGW.0201', ...retry }, 'API request error.')
}
