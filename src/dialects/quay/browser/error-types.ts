import { firstValue } from '../../api/parameter-values.ts'
import { sendJson } from '../api/json.ts'
import type { QuayAnswer } from '../api/services.ts'
import { ERROR_DESCRIPTIONS, errorUrl, problem } from '../errors.ts'

/** `GET /api/v1/error/{type}`: what the `type` of a problem points to. */
export const showErrorType: QuayAnswer = (request, reply) => {
  const type = firstValue(request.params, 'type') ?? ''
  const description = ERROR_DESCRIPTIONS.get(type)
  if (description === undefined) throw problem('not_found')
  return sendJson(reply, { type: errorUrl(type, request), title: type, description })
}
