import type { JsonValue } from '../../../core/event/event.ts'

const UTF8 = new TextDecoder('utf-8', { fatal: true })

/**
 * The JSON value of a body that was kept as bytes; undefined when it is not JSON in UTF-8, or
 * nothing was sent.
 */
export function jsonOf(body: unknown): JsonValue | undefined {
  if (!Buffer.isBuffer(body)) return undefined
  try {
    return JSON.parse(UTF8.decode(body))
  } catch {
    return undefined
  }
}
