import type { CursorCodec } from '../../core/cursor.ts'
import { Fault } from '../../core/errors.ts'
import type { Position } from '../../core/query.ts'
import type { LogSelection } from './selection.ts'

/** Where a walk over pages stands. */
export interface WalkPlace {
  /** The moment of the first page: ranges without dates stay where they were then. */
  readonly startedMicros: number
  readonly after: Position
}

/** Base 36: shorter than decimal. */
const RADIX = 36

/**
 * Writes `next_page`. It holds a place only, as Quay's does: the client repeats its dates and its
 * performer. It is bound to the subject and to the moment that the walk began.
 */
export function encodePageToken(place: WalkPlace, subject: LogSelection, cursors: CursorCodec) {
  const moment = place.startedMicros.toString(RADIX)
  return `${moment}.${cursors.encode(place.after, 'newest', bindingOf(subject, moment))}`
}

/** Reads `next_page`; undefined for a text that was not issued for this subject. */
export function decodePageToken(
  token: string,
  subject: LogSelection,
  cursors: CursorCodec,
): WalkPlace | undefined {
  const dot = token.indexOf('.')
  const moment = token.slice(0, Math.max(dot, 0))
  try {
    const after = cursors.decode(token.slice(dot + 1), 'newest', bindingOf(subject, moment))
    return { startedMicros: Number.parseInt(moment, RADIX), after }
  } catch (error) {
    if (error instanceof Fault && error.code === 'query.cursor') return undefined
    throw error
  }
}

function bindingOf(subject: LogSelection, moment: string): string {
  const { tenant, namespace, repository } = subject
  return JSON.stringify(['quay', tenant, namespace ?? null, repository ?? null, moment])
}
