import { withOrderedKeys } from '../../../core/event/canonical-json.ts'
import type { JsonValue } from '../../../core/event/event.ts'
import { jsonSender } from '../../api/json.ts'

/** Blanks of one level; a client finds errors by the place of the first key. */
const INDENT = 2

/** Sends JSON as Container Station does: keys in order, indented, with a line feed at the end. */
export const sendJson = jsonSender<JsonValue>({
  text: (body) => `${JSON.stringify(withOrderedKeys(body), null, INDENT)}\n`,
})
