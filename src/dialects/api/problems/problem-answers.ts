import { Type } from 'typebox'
import { ERRORS } from '../../../core/errors.ts'
import {
  type AnswerDescription,
  type Answers,
  type OperationTraits,
  RETRY_HEADERS,
} from '../api-description.ts'

const ProblemSchema: Type.TSchema = Type.Object(
  {
    type: Type.String({ examples: ['urn:waybill:problem:request.invalid'] }),
    title: Type.String({ examples: ['A parameter of the request is not valid'] }),
    status: Type.Integer({ minimum: 400, maximum: 599, examples: [400] }),
    detail: Type.Optional(Type.String()),
    code: Type.Enum(Object.keys(ERRORS), {
      description: 'A code of the error table',
      examples: ['request.invalid'],
    }),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          index: Type.Optional(Type.Integer({ minimum: 0, description: 'Item of a batch' })),
          path: Type.String({ description: 'JSON pointer to the value, or name of the parameter' }),
          expected: Type.String(),
        }),
        { description: 'What is wrong with which value' },
      ),
    ),
  },
  { title: 'Problem', description: 'Problem details (RFC 9457)' },
)

const HEADERS: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  401: { 'WWW-Authenticate': 'The scheme that is asked for' },
  429: RETRY_HEADERS,
  503: RETRY_HEADERS,
}

/** What each status means of those that problem details are answered with. */
export function problemAnswers(statuses: readonly number[]): Answers {
  return Object.fromEntries(statuses.map((status) => [status, problemAnswer(status)]))
}

function problemAnswer(status: number): AnswerDescription {
  const titles = Object.values(ERRORS)
    .filter((error) => error.status === status)
    .map(({ title }) => title)
  return {
    description: [...new Set(titles)].join('; or: '),
    content: { 'application/problem+json': ProblemSchema },
    ...(HEADERS[status] !== undefined && { headers: HEADERS[status] }),
  }
}

/** Any request may be answered so, whatever it asks for. */
const ALWAYS = [400, 408, 413, 417, 431, 500, 503] as const

/**
 * The errors of an operation that answers in problem details, by its kind. (429: every caller has a
 * share of what the server does at once; 504: every answer that is read from the store may take too
 * long.)
 */
export function problemErrors(operation: OperationTraits): Answers {
  const { isPublic, hasBody, hasPathParameters } = operation
  return problemAnswers([
    ...ALWAYS,
    ...(isPublic ? [] : [401, 403, 429, 504]),
    ...(hasPathParameters ? [404] : []),
    ...(hasBody ? [415, 422] : []),
    ...(CONFLICTING.includes(operation.method) ? [409] : []),
  ])
}

const CONFLICTING: readonly string[] = ['post', 'put', 'delete']
