/** One value of a request that the server rejected. */
interface ValueProblem {
  readonly path: string
  readonly expected: string
}

interface ProblemAnswer {
  readonly status: number
  readonly title?: string | undefined
  readonly detail?: string | undefined
  readonly problems?: readonly ValueProblem[]
  readonly retryAfterSeconds?: number | undefined
}

/** An error answer of the server (RFC 9457), or no answer at all: then `status` is 0. */
export class ApiProblem extends Error {
  readonly status: number
  readonly title: string
  readonly detail: string | undefined
  readonly problems: readonly ValueProblem[]
  /** Seconds after which the server expects a retry to succeed. */
  readonly retryAfterSeconds: number | undefined

  constructor(answer: ProblemAnswer) {
    super(answer.title ?? `HTTP ${answer.status}`)
    this.name = 'ApiProblem'
    this.status = answer.status
    this.title = answer.title ?? (answer.status === 0 ? NO_ANSWER : `HTTP ${answer.status}`)
    this.detail = answer.detail
    this.problems = answer.problems ?? []
    this.retryAfterSeconds = answer.retryAfterSeconds
  }
}

const NO_ANSWER = 'The server does not answer'

/** The problem that an answer with an error status describes, in whatever form it does. */
export async function problemOf(response: Response): Promise<ApiProblem> {
  const retryAfter = Number(response.headers.get('Retry-After') ?? Number.NaN)
  const retry = Number.isFinite(retryAfter) ? { retryAfterSeconds: retryAfter } : {}
  const text = await response.text().catch(() => '')
  try {
    const body = JSON.parse(text)
    return new ApiProblem({
      status: response.status,
      title: textOf(body.title),
      detail: textOf(body.detail),
      problems: Array.isArray(body.errors) ? body.errors.map(valueProblem) : [],
      ...retry,
    })
  } catch {
    return new ApiProblem({ status: response.status, title: response.statusText, ...retry })
  }
}

/** What to show for any error: a title and the sentences below it. */
export function describeError(error: unknown): {
  readonly title: string
  readonly lines: readonly string[]
} {
  if (!(error instanceof ApiProblem)) {
    return {
      title: 'The page failed',
      lines: [error instanceof Error ? error.message : `${error}`],
    }
  }
  const { title, detail, problems } = error
  const values = problems.map(({ path, expected }) => `${path}: expected ${expected}`)
  return { title, lines: [...(detail === undefined ? [] : [detail]), ...values] }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function valueProblem(value: { readonly path?: unknown; readonly expected?: unknown }) {
  return { path: textOf(value.path) ?? '', expected: textOf(value.expected) ?? '' }
}
