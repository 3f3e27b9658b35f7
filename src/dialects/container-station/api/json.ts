import { withOrderedKeys } from '../../../core/event/canonical-json.ts'
import type { JsonValue } from '../../../core/event/event.ts'
import { jsonSender } from '../../api/json.ts'

/** Spaces per level; clients find errors by the position of the first key. */
const INDENT = 2

/** Sends JSON as Container Station does: ordered keys, indented, with a trailing line feed. */
export const sendJson = jsonSender<JsonValue>({
  text: (body) => `${JSON.stringify(withOrderedKeys(body), null, INDENT)}\n`,
})
