import type { JsonValue } from '../event/event.ts'
import { isJsonObject } from '../json/json.ts'
import { withNumbersAsText } from '../json/json-numbers.ts'

/**
 * Parses the JSON text of an event or a list of events. In `details`, a number that a double cannot
 * hold becomes the text of its literal; no other field is a number.
 *
 * @throws SyntaxError as `JSON.parse` does.
 */
export function parseSentJson(text: string): JsonValue {
  const value: JsonValue = JSON.parse(text)
  const rewritten = withNumbersAsText(text)
  if (rewritten === undefined) return value
  const kept: JsonValue = JSON.parse(rewritten)
  if (!Array.isArray(value) || !Array.isArray(kept)) return withDetailsOf(value, kept)
  return value.map((item, index) => withDetailsOf(item, kept[index]))
}

function withDetailsOf(event: JsonValue, kept: JsonValue | undefined): JsonValue {
  const details = isJsonObject(event) && isJsonObject(kept) ? kept['details'] : undefined
  return isJsonObject(event) && isJsonObject(details) ? { ...event, details } : event
}
