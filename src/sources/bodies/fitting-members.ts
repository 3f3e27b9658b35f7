import { inspectJson } from '../../core/boundary/json-inspection.ts'
import type { JsonObject, JsonValue } from '../../core/event/event.ts'
import { jsonExcerpt } from '../../core/json/json-excerpt.ts'
import { DETAILS_DEPTH_MAX } from '../../core/limits.ts'

/** Bytes of JSON that are kept of a member which no event has room for. */
const EXCERPT_BYTES_MAX = 12 * 1024

/**
 * The members of an object of `details`. Of one that is too large or too deep for any event there
 * is an excerpt, so that the others keep their places.
 *
 * @param depthMax levels that the object may have, itself included.
 */
export function fittingMembers(members: JsonObject, depthMax = DETAILS_DEPTH_MAX): JsonObject {
  const kept = Object.entries(members).map(([key, value]): [string, JsonValue] => {
    const verdict = inspectJson(value, depthMax - 1)
    const fits = verdict === 'fine' || verdict === 'odd'
    return [key, fits ? value : jsonExcerpt(value, EXCERPT_BYTES_MAX)]
  })
  return Object.fromEntries(kept)
}
