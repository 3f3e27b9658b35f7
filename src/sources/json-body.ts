import type { JsonValue } from '../core/event.ts'

/** The JSON value that a body holds in UTF-8; undefined when it is something else. */
export function parseJsonBody(body: Buffer): JsonValue | undefined {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    return undefined
  }
}

/** A text that says something; undefined for anything else. */
export function statedText(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
