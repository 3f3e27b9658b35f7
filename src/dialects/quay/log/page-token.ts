import { Fault } from '../../../core/errors.ts'
import type { CursorCodec } from '../../../core/query/cursor.ts'
import type { Position } from '../../../core/query/query.ts'
import type { LogSelection } from '../selection.ts'
import type { TimeRange } from './time-range.ts'

/** What a walk over pages was asked for, and where it stands. */
export interface WalkPlace {
  /** The moment of the first page: a default date stays what it was then. */
  readonly startedMicros: number
  /** The range of the page before, for a request that repeats no dates. */
  readonly range: TimeRange
  /** The performer of the page before, for a request that repeats nothing. */
  readonly performer: string | undefined
  readonly after: Position
}

/**
 * Writes `next_page`: the place of a walk, and what the walk was asked for. It is bound to the
 * subject; none of it can be changed by the client.
 */
export function encodePageToken(
  { after, ...asked }: WalkPlace,
  subject: LogSelection,
  cursors: CursorCodec,
): string {
  const text = Buffer.from(JSON.stringify(asked)).toString('base64url')
  return `${text}.${cursors.encode(after, 'newest', bindingOf(subject, text))}`
}

/** Reads `next_page`; undefined for a text that was not issued for this subject. */
export function decodePageToken(
  token: string,
  subject: LogSelection,
  cursors: CursorCodec,
): WalkPlace | undefined {
  const dot = token.indexOf('.')
  const text = token.slice(0, Math.max(dot, 0))
  try {
    const after = cursors.decode(token.slice(dot + 1), 'newest', bindingOf(subject, text))
    // The cursor vouches for the text: it is one that `encodePageToken` wrote.
    const asked: Omit<WalkPlace, 'after'> = JSON.parse(Buffer.from(text, 'base64url').toString())
    return { ...asked, after }
  } catch (error) {
    if (error instanceof Fault && error.code === 'query.cursor') return undefined
    throw error
  }
}

function bindingOf(subject: LogSelection, text: string): string {
  const { tenant, namespace, repository } = subject
  return JSON.stringify(['quay', tenant, namespace ?? null, repository ?? null, text])
}
