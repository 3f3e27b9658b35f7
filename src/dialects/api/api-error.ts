import { STATUS_CODES } from 'node:http'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { Fault } from '../../core/errors.ts'

/** Retry-After of a 429 or 503 that does not say, in seconds. */
const RETRY_AFTER_SECONDS_DEFAULT = 1

/** An error in the words of one API. One with more than a status and a text extends it. */
export class ApiError extends Error {
  readonly status: number
  /** Of a 429 or 503: after how many seconds a retry is sensible. */
  readonly retryAfterSeconds: number | undefined

  constructor(status: number, message: string, retryAfterSeconds?: number) {
    super(message)
    this.name = 'ApiError'
    this.status = status
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** An error of the core or of the framework, or an unexpected one. */
export interface ForeignError {
  readonly error: FastifyError | Fault
  readonly status: number
  /** HTTP's own words for the status: all that a client is told, unless the API says more. */
  readonly message: string
  readonly retryAfterSeconds: number | undefined
}

/** How an API answers errors. */
export interface ErrorForm<Own extends ApiError> {
  /** Whether an error is one of the API's own. */
  readonly isOwn: (error: Error) => error is Own
  /** Any other error, in the words of the API. */
  readonly translate: (error: ForeignError, request: FastifyRequest) => Own
  readonly send: (reply: FastifyReply, error: Own, request: FastifyRequest) => FastifyReply
}

/** Answers an error of a request. */
export type AnswerError<Own extends ApiError> = (
  error: FastifyError | Fault | Own,
  request: FastifyRequest,
  reply: FastifyReply,
) => FastifyReply

/**
 * The error handler of an API. It logs what is Waybill's own fault, and tells the client of a 429
 * or 503 when to try again.
 */
export function errorAnswerer<Own extends ApiError>(form: ErrorForm<Own>): AnswerError<Own> {
  return (error, request, reply) => {
    const isOwn = form.isOwn(error)
    const answered = isOwn ? error : form.translate(foreign(error), request)
    if (!isOwn && answered.status >= 500) request.log.error({ err: error }, error.message)
    setRetryAfter(reply, answered)
    return form.send(reply, answered, request)
  }
}

/** The same for an API whose errors are a status and a text: HTTP's own, where it has none. */
export function plainErrorAnswerer(send: ErrorForm<ApiError>['send']): AnswerError<ApiError> {
  return errorAnswerer({
    isOwn: (error) => error instanceof ApiError,
    translate: ({ status, message, retryAfterSeconds }) =>
      new ApiError(status, message, retryAfterSeconds),
    send,
  })
}

/** Sets `Retry-After` (RFC 9110, 10.2.3) for an answer that asks its client to try again. */
export function setRetryAfter(
  reply: FastifyReply,
  { status, retryAfterSeconds }: Pick<ApiError, 'status' | 'retryAfterSeconds'>,
): void {
  if (status !== 429 && status !== 503) return
  void reply.header('Retry-After', retryAfterSeconds ?? RETRY_AFTER_SECONDS_DEFAULT)
}

function foreign(error: FastifyError | Fault): ForeignError {
  const status = error instanceof Fault ? error.status : (error.statusCode ?? 500)
  const retryAfterSeconds = error instanceof Fault ? error.retryAfterSeconds : undefined
  return { error, status, message: STATUS_CODES[status] ?? 'Error', retryAfterSeconds }
}
