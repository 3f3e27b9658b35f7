import { Type } from 'typebox'
import {
  type AnswerDescription,
  type Answers,
  type DescribedSchema,
  type OperationTraits,
  RETRY_HEADERS,
} from './api-description.ts'
import { problemAnswers } from './problems/problem-answers.ts'

type Content = NonNullable<AnswerDescription['content']>

const MEANINGS: Readonly<Record<number, string>> = {
  400: 'The request is malformed, or one of its values is not valid',
  401: 'Credentials are missing or not valid',
  403: 'The credentials do not allow this',
  404: 'There is no such resource',
  413: 'The request is over a limit',
  415: 'The content type is not one this route reads',
  429: 'Too many of these at once, or too many failed sign-ins',
  500: 'An unexpected fault',
  503: 'The store is not available',
  504: 'The query took longer than a query may',
}

/** Refused before it is known which API is asked. */
const BEFORE_ROUTING = problemAnswers([408, 417, 431])

/**
 * The errors of an operation of a vendor's API, by its kind.
 *
 * @param content the vendor's own form of errors.
 */
export function vendorErrors(content: Content, operation: OperationTraits): Answers {
  const statuses = [
    ...[400, 404, 413, 429, 500, 503, 504],
    ...(operation.isPublic ? [] : [401, 403]),
    ...(operation.hasBody ? [415] : []),
  ]
  return {
    ...BEFORE_ROUTING,
    ...Object.fromEntries(statuses.map((status) => [status, answer(status, content)])),
  }
}

function answer(status: number, content: Content): AnswerDescription {
  const description = MEANINGS[status] ?? 'An error'
  return status === 429 || status === 503
    ? { description, content, headers: RETRY_HEADERS }
    : { description, content }
}

/** An answer in JSON. */
export function jsonAnswer(description: string, schema: DescribedSchema): AnswerDescription {
  return { description, content: { 'application/json': schema } }
}

/** A parameter that is a text, which may be left out. */
export function optionalText(description: string, more: object = {}) {
  return Type.Optional(Type.String({ description, ...more }))
}
