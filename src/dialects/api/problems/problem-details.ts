import type { IncomingMessage } from 'node:http'
import { finished } from 'node:stream/promises'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { ERRORS, Fault, type Problem } from '../../../core/errors.ts'
import { PROBLEMS_NAMED_MAX } from '../../../core/limits.ts'
import { setRetryAfter } from '../api-error.ts'

/** An error answer in the form of RFC 9457, with the media type `application/problem+json`. */
interface ProblemDetails {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail?: string
  /** The code of the error table. */
  readonly code: string
  /** The invalid values, when the request can be corrected. */
  readonly errors?: readonly Problem[]
}

const PROBLEM_TYPE = 'application/problem+json'

/** Most bytes of a rejected body that are read so that its sender sees the answer. */
const DISCARDED_BYTES_MAX = 64 * 1024 * 1024
/** Longest time for that, ms. */
const DISCARD_MS_MAX = 10_000

/** The error handler of every scope that answers in problem details. Logs internal errors. */
export async function answerProblem(
  error: FastifyError | Fault,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const fault = toFault(error, request)
  if (fault.status >= 500) {
    const { method, routeOptions } = request
    const route = routeOptions.url
    request.log.error({ err: fault, code: fault.code, method, route }, fault.message)
  }
  if (fault.status === 401) void reply.header('WWW-Authenticate', 'Bearer realm="waybill"')
  setRetryAfter(reply, fault)
  if (fault.code === 'request.too-large') await discardRest(request.raw)
  const { type, body } = problemBody(fault)
  return reply.code(fault.status).header('Content-Type', type).send(body)
}

/**
 * The media type and the body of a fault's answer. The body is bytes, because the framework would
 * add a charset to a string, which this media type does not have.
 */
export function problemBody(fault: Fault): { readonly type: string; readonly body: Buffer } {
  return { type: PROBLEM_TYPE, body: Buffer.from(JSON.stringify(problemDetails(fault))) }
}

/**
 * Reads the rest of a rejected body, within bounds, and discards it. Answering and closing while
 * the client still sends would reset the connection, and the client would never see the answer.
 */
async function discardRest(raw: IncomingMessage): Promise<void> {
  let discarded = 0
  const enough = new AbortController()
  const timer = setTimeout(() => enough.abort(), DISCARD_MS_MAX)
  raw.unpipe()
  raw.on('data', (chunk: Buffer) => {
    discarded += chunk.length
    if (discarded > DISCARDED_BYTES_MAX) enough.abort()
  })
  raw.resume()
  // The answer is sent even when the end is late or the client is gone.
  await finished(raw, { writable: false, signal: enough.signal }).catch(() => undefined)
  clearTimeout(timer)
}

/** The answer to a client for an error. */
function problemDetails(fault: Fault): ProblemDetails {
  return {
    type: `urn:waybill:problem:${fault.code}`,
    title: ERRORS[fault.code].title,
    status: fault.status,
    ...(fault.detail === undefined ? {} : { detail: fault.detail }),
    code: fault.code,
    ...(fault.problems.length === 0 ? {} : { errors: fault.problems }),
  }
}

/** Converts any error to one of the table: rejections of the framework, and unexpected errors. */
function toFault(error: FastifyError | Fault, request: FastifyRequest): Fault {
  if (error instanceof Fault) return error
  if (error.validation !== undefined) {
    return new Fault('request.invalid', { problems: validationProblems(error, request) })
  }
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new Fault('request.too-large', {
        detail: `a body can have at most ${bytesMax(request)}`,
      })
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new Fault('request.media-type')
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      // The framework rejects `__proto__` and `constructor.prototype` with the same error.
      return new Fault('request.malformed', {
        detail: 'the body is not JSON, or has a member __proto__ or constructor.prototype',
      })
    case 'FST_ERR_NOT_FOUND':
      return new Fault('resource.missing')
    default:
  }
  const isOfClient = error.statusCode !== undefined && error.statusCode < 500
  if (isOfClient || error.code?.startsWith('Z_') === true) {
    return new Fault('request.malformed', { detail: error.message, cause: error })
  }
  return new Fault('internal.fault', { cause: error })
}

function bytesMax(request: FastifyRequest): string {
  return `${request.routeOptions.bodyLimit} bytes`
}

/** Query parameters are identified by name; values of a body by their JSON pointers. */
function validationProblems(error: FastifyError, request: FastifyRequest): readonly Problem[] {
  const isQuery = error.validationContext === 'querystring'
  const path = (pointer: string) => (isQuery ? (pointer.split('/')[1] ?? '') : pointer)
  const problems: Problem[] = []
  for (const { keyword, instancePath, params, message } of error.validation ?? []) {
    // An unknown member is reported twice; this report lacks its name in `params`.
    if (keyword === 'boolean') continue
    const names = params['additionalProperties'] ?? params['requiredProperties']
    const expected = expectation(keyword, params, message)
    if (Array.isArray(names)) {
      const suffix = keyword === 'additionalProperties' ? knownNames(request, isQuery) : ''
      for (const name of names) {
        problems.push({
          path: path(`${instancePath}/${String(name)}`),
          expected: expected + suffix,
        })
      }
    } else problems.push({ path: path(instancePath), expected })
  }
  return problems.slice(0, PROBLEMS_NAMED_MAX)
}

function expectation(
  keyword: string,
  params: Readonly<Record<string, unknown>>,
  message: string | undefined,
): string {
  const { limit, type, allowedValues } = params
  switch (keyword) {
    case 'additionalProperties':
      return 'no such field'
    case 'required':
      return 'a value'
    case 'enum':
      return Array.isArray(allowedValues) ? `one of ${allowedValues.join(', ')}` : 'another value'
    case 'type':
      return `a value of type ${String(type)}`
    case 'minimum':
      return `at least ${String(limit)}`
    case 'maximum':
      return `at most ${String(limit)}`
    case 'minLength':
    case 'maxLength':
      return `at ${keyword === 'minLength' ? 'least' : 'most'} ${String(limit)} characters`
    case 'minItems':
    case 'maxItems':
      return `at ${keyword === 'minItems' ? 'least' : 'most'} ${String(limit)} values`
    default:
      return message?.replace(/^must be /, '') ?? 'another value'
  }
}

function knownNames(request: FastifyRequest, isQuery: boolean): string {
  const { schema } = request.routeOptions
  const part = isQuery ? schema?.querystring : schema?.body
  if (typeof part !== 'object' || part === null || !('properties' in part)) return ''
  return `; known are ${Object.keys(part.properties ?? {}).join(', ')}`
}
