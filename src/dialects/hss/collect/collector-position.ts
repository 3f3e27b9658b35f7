import type { JsonObject } from '../../../core/event/event.ts'

/** The first millisecond that was not read; undefined: nothing was. */
export function readPosition(saved: JsonObject | undefined): number | undefined {
  const nextMs = saved?.['nextMs']
  return typeof nextMs === 'number' && Number.isSafeInteger(nextMs) && nextMs >= 0
    ? nextMs
    : undefined
}

/** The form in which a position is saved. */
export function positionBody(nextMs: number): JsonObject {
  return { nextMs }
}
