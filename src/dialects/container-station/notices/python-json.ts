import type { JsonValue } from '../../../core/event/event.ts'

/**
 * JSON as Python's `json.dumps` writes it: a space after each comma and colon, and only ASCII. Some
 * clients of the feed search for such texts in its strings.
 */
export function pythonJson(value: JsonValue): string {
  if (typeof value !== 'object' || value === null) return asciiOnly(JSON.stringify(value))
  if (isList(value)) return `[${value.map(pythonJson).join(', ')}]`
  const members = Object.entries(value).map(
    ([key, member]) => `${asciiOnly(JSON.stringify(key))}: ${pythonJson(member)}`,
  )
  return `{${members.join(', ')}}`
}

function isList(value: object): value is readonly JsonValue[] {
  return Array.isArray(value)
}

/** Converts each UTF-16 unit, so that characters outside the basic plane become two escapes. */
function asciiOnly(json: string): string {
  return json.replaceAll(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
