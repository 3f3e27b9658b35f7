import { Fault } from '../../../core/errors.ts'
import type { CursorCodec } from '../../../core/query/cursor.ts'
import type { Position } from '../../../core/query/query.ts'
import type { LogSelection } from '../selection.ts'
import type { TimeRange } from './time-range.ts'

/** The parameters and the position of a walk over pages. */
export interface WalkPlace {
  /** The time of the first page, which keeps default dates constant. */
  readonly startedMicros: number
  /** The range of the previous page, for a request that does not repeat the dates. */
  readonly range: TimeRange
  /** The performer of the previous page, for a request that repeats nothing. */
  readonly performer: string | undefined
  readonly after: Position
}

/**
 * Encodes `next_page`: the position and the parameters of a walk. It is bound to the subject, and
 * the client cannot change any part of it.
 */
export function encodePageToken(
  { after, ...asked }: WalkPlace,
  subject: LogSelection,
  cursors: CursorCodec,
): string {
  const text = Buffer.from(JSON.stringify(asked)).toString('base64url')
  return `${text}.${cursors.encode(after, 'newest', bindingOf(subject, text))}`
}

/** Decodes `next_page`; undefined for a text that was not issued for this subject. */
export function decodePageToken(
  token: string,
  subject: LogSelection,
  cursors: CursorCodec,
): WalkPlace | undefined {
  const dot = token.indexOf('.')
  const text = token.slice(0, Math.max(dot, 0))
  try {
    const after = cursors.decode(token.slice(dot + 1), 'newest', bindingOf(subject, text))
    // The cursor authenticates the text as one from `encodePageToken`.
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
