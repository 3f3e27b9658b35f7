import { inspectJson } from '../../core/boundary/json-inspection.ts'
import type { JsonObject, JsonValue } from '../../core/event/event.ts'
import { jsonExcerpt } from '../../core/json/json-excerpt.ts'
import { DETAILS_DEPTH_MAX } from '../../core/limits.ts'

/** Longest JSON excerpt that is kept of a member too large for any event, in bytes. */
const EXCERPT_BYTES_MAX = 12 * 1024

/**
 * The members of a `details` object. A member that is too large or too deep for any event is
 * replaced by an excerpt, so that the others keep their places.
 *
 * @param depthMax levels that the object may have, including itself.
 */
export function fittingMembers(members: JsonObject, depthMax = DETAILS_DEPTH_MAX): JsonObject {
  const kept = Object.entries(members).map(([key, value]): [string, JsonValue] => {
    const verdict = inspectJson(value, depthMax - 1)
    const fits = verdict === 'fine' || verdict === 'odd'
    return [key, fits ? value : jsonExcerpt(value, EXCERPT_BYTES_MAX)]
  })
  return Object.fromEntries(kept)
}
