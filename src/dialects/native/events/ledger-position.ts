import { Type } from 'typebox'
import { Fault } from '../../../core/errors.ts'
import type { Ledger } from '../../../ledger/ledger.ts'

/** The header with the origin of the ledger, in answers in ledger order. */
export const ORIGIN_HEADER = 'Waybill-Origin'

/** The query parameters for a position in this instance's ledger. */
export const positionParameters = {
  after: Type.Optional(
    Type.Integer({ minimum: -1, description: 'Only events after this seq; -1 for all events' }),
  ),
  origin: Type.Optional(
    Type.String({
      minLength: 1,
      description:
        'The ledger that `after` or `Last-Event-ID` refers to, as in the header ' +
        `${ORIGIN_HEADER}; requests for another ledger are rejected`,
    }),
  ),
}

/** A position in a ledger, as a client remembers it. */
interface RememberedPosition {
  readonly afterSeq: number
  /** Absent when the client did not say which ledger the position is in. */
  readonly origin?: string | undefined
}

/**
 * Rejects a position that this ledger does not have, because it is in another ledger, or because
 * the ledger was restored from an older copy. A client that continued from there would silently
 * miss events.
 *
 * @throws Fault `query.position`.
 */
export function refuseForeignPosition(position: RememberedPosition, ledger: Ledger): void {
  const { afterSeq } = position
  const { origin, size } = ledger.status()
  if (position.origin !== undefined && position.origin !== origin) {
    throw new Fault('query.position', {
      detail: `the position is in the ledger ${position.origin}, but this is ${origin}`,
    })
  }
  if (afterSeq < size) return
  const end = size === 0 ? 'this ledger has no events yet' : `the last event here is ${size - 1}`
  throw new Fault('query.position', {
    detail: `the position is after event ${afterSeq}, but ${end}; was an older copy restored?`,
  })
}
