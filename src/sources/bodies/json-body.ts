import type { JsonValue } from '../../core/event/event.ts'
import { parseJsonKeepingNumbers } from '../../core/json/json-numbers.ts'

/**
 * Parses a body as JSON in UTF-8; undefined when it is anything else.
 *
 * @param parse reads the text; it throws a SyntaxError when it cannot.
 */
export function parseJsonBody(
  body: Buffer,
  parse: (text: string) => JsonValue = parseJsonKeepingNumbers,
): JsonValue | undefined {
  try {
    return parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    return undefined
  }
}

/** The value when it is a non-empty string, else undefined. */
export function statedText(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
