import { userAgent } from '../../config/version.ts'
import { isMembers } from '../../core/json/json.ts'
import { parseRetryAfter } from '../../core/retry.ts'
import { CommandError, OutputClosed } from '../command-error.ts'
import type { Ending } from '../exit-code.ts'
import { plainLine } from '../terminal/plain-line.ts'
import type { Connection } from './connection-options.ts'

/** Longest wait for the head of an answer, in milliseconds. */
const ANSWER_TIMEOUT_MS = 120_000
/** Problems of a rejection that are shown. */
const PROBLEMS_SHOWN_MAX = 20

/** A request to the server. */
export interface ServerRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Without a leading slash: `v1/events`. */
  readonly path: string
  readonly query?: URLSearchParams
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal?: AbortSignal | undefined
}

/** The server rejected the request or failed. */
export class ServerError extends CommandError {
  readonly status: number
  /** From `Retry-After`, in milliseconds. */
  readonly retryAfterMs: number | undefined
  /** The wrong values, if the server lists them. */
  readonly problems: readonly ServerProblem[]

  constructor(answer: ServerAnswer, message: string, hint: string | undefined) {
    super(message, { ending: endingOf(answer.status), ...(hint === undefined ? {} : { hint }) })
    this.name = 'ServerError'
    this.status = answer.status
    this.retryAfterMs = answer.retryAfterMs
    this.problems = answer.problems
  }
}

/** One wrong value of a request. */
export interface ServerProblem {
  readonly index: number | undefined
  readonly path: string
  readonly expected: string
}

interface ServerAnswer {
  readonly status: number
  readonly retryAfterMs: number | undefined
  readonly problems: readonly ServerProblem[]
}

/** Sends a request and returns a successful answer. */
export type Ask = (request: ServerRequest) => Promise<Response>

/**
 * A client of one server. It throws CommandError `unreachable` without an answer, ServerError for
 * an unsuccessful one, and CommandError `interrupted` when the signal aborts.
 */
export function createClient(connection: Connection): Ask {
  return async (request) => {
    const response = await answerOf(connection, request)
    if (response.ok) return response
    throw await refusal(response, connection)
  }
}

/** The body of an answer as JSON; an empty object when it is anything else. */
export async function jsonOf(response: Response): Promise<Readonly<Record<string, unknown>>> {
  const value: unknown = await response.json().catch(() => undefined)
  return isMembers(value) ? value : {}
}

/** The bytes of an answer, none where it has no body. */
export function bytesOf({ body }: Response): AsyncIterable<Uint8Array> {
  return body ?? emptyBody()
}

async function* emptyBody(): AsyncGenerator<Uint8Array> {}

/**
 * The bytes of an answer. One that breaks off is an error, never a shorter answer.
 * @throws CommandError `unreachable`, or `interrupted` when the signal aborted.
 */
export async function* wholeBody(
  answer: Response,
  connection: Connection,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    yield* bytesOf(answer)
  } catch (error) {
    if (signal.aborted)
      throw new CommandError('interrupted', { ending: 'interrupted', cause: error })
    throw unreachable(connection.base, error)
  }
}

async function answerOf(connection: Connection, request: ServerRequest): Promise<Response> {
  const url = new URL(request.path, connection.base)
  if (request.query !== undefined) url.search = request.query.toString()
  const head = new AbortController()
  const timer = setTimeout(() => head.abort(), ANSWER_TIMEOUT_MS)
  const signals = request.signal === undefined ? [head.signal] : [head.signal, request.signal]
  try {
    return await fetch(url, {
      method: request.method ?? 'GET',
      headers: {
        'User-Agent': userAgent(),
        ...(connection.token === undefined ? {} : { Authorization: `Bearer ${connection.token}` }),
        ...request.headers,
      },
      // A redirect would send the request and its content to another host.
      redirect: 'manual',
      signal: AbortSignal.any(signals),
      ...(request.body === undefined ? {} : { body: request.body }),
    })
  } catch (error) {
    if (request.signal?.aborted)
      throw new CommandError('interrupted', { ending: 'interrupted', cause: error })
    throw unreachable(connection.base, error)
  } finally {
    clearTimeout(timer)
  }
}

/** The error for a missing or interrupted answer. */
export function unreachable(base: URL, error: unknown): CommandError | OutputClosed {
  if (error instanceof CommandError || error instanceof OutputClosed) return error
  const server = `${base.origin}${base.pathname}`.replace(/\/$/, '')
  const code = networkCode(error)
  const reason = code === undefined ? innermostMessage(error) : (REASONS[code] ?? code)
  const hint =
    code === 'ECONNREFUSED'
      ? 'start it with `waybill serve`, or choose another with --server or WAYBILL_SERVER'
      : undefined
  return new CommandError(`cannot reach ${server}: ${reason}`, {
    ending: 'unreachable',
    cause: error,
    ...(hint === undefined ? {} : { hint }),
  })
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ENOTFOUND: 'unknown host',
  EAI_AGAIN: 'the host name cannot be resolved',
  ECONNRESET: 'the connection was closed',
  UND_ERR_SOCKET: 'the connection was closed',
  ETIMEDOUT: 'the connection timed out',
  UND_ERR_CONNECT_TIMEOUT: 'the connection timed out',
  UND_ERR_HEADERS_TIMEOUT: 'no answer in time',
  ABORT_ERR: 'no answer in time',
}

/** The code of a network error, which fetch wraps once or twice. */
function networkCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  if (error.cause instanceof AggregateError) return networkCode(error.cause.errors[0])
  if (error.cause instanceof Error) return networkCode(error.cause)
  if (error.name === 'AbortError') return 'ABORT_ERR'
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

function innermostMessage(error: unknown): string {
  if (!(error instanceof Error)) return 'no answer'
  return error.cause === undefined ? error.message : innermostMessage(error.cause)
}

async function refusal(response: Response, connection: Connection): Promise<ServerError> {
  const problem = await jsonOf(response)
  const problems = problemsOf(problem['errors'])
  const title = textOf(problem['title']) ?? `the server answered ${response.status}`
  const detail = textOf(problem['detail'])
  const lines = problems.slice(0, PROBLEMS_SHOWN_MAX).map(problemLine)
  const first = detail === undefined ? title : `${title}: ${detail}`
  const retryAfterMs = parseRetryAfter(response.headers.get('Retry-After'), Date.now())
  const answer = { status: response.status, retryAfterMs, problems }
  return new ServerError(answer, [first, ...lines].join('\n'), hintOf(response.status, connection))
}

function problemLine({ index, path, expected }: ServerProblem): string {
  const place = index === undefined ? path : `event ${index}${path === '' ? '' : ` ${path}`}`
  return `  ${place}: expected ${expected}`
}

function hintOf(status: number, connection: Connection): string | undefined {
  if (status === 401) return connection.tokenHint
  return status >= 300 && status < 400 ? 'is --server the address of Waybill itself?' : undefined
}

function endingOf(status: number): Ending {
  if (status === 401 || status === 403) return 'refused'
  return status === 429 || status === 502 || status === 503 || status === 504
    ? 'unreachable'
    : 'failure'
}

function problemsOf(errors: unknown): readonly ServerProblem[] {
  if (!Array.isArray(errors)) return []
  return errors.filter(isMembers).map((error) => ({
    index: typeof error['index'] === 'number' ? error['index'] : undefined,
    path: textOf(error['path']) ?? '',
    expected: textOf(error['expected']) ?? 'another value',
  }))
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? plainLine(value) : undefined
}
