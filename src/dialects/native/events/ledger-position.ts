import { Type } from 'typebox'
import { Fault } from '../../../core/errors.ts'
import type { Ledger } from '../../../ledger/ledger.ts'

/** Answers in the order of the ledger name the ledger in this header: its origin. */
export const ORIGIN_HEADER = 'Waybill-Origin'

/** The query parameters that name a place in this instance's ledger. */
export const positionParameters = {
  after: Type.Optional(
    Type.Integer({ minimum: -1, description: 'Only events after this seq; -1: all of them' }),
  ),
  origin: Type.Optional(
    Type.String({
      minLength: 1,
      description:
        'The ledger in which `after` or `Last-Event-ID` is a place, as the header ' +
        `${ORIGIN_HEADER} named it; a request to another ledger is refused`,
    }),
  ),
}

/** A place in a ledger, as a client remembers it. */
interface RememberedPosition {
  readonly afterSeq: number
  /** Absent when the client did not say which ledger it is a place of. */
  readonly origin?: string | undefined
}

/**
 * Refuses a place that this ledger does not have: it is another ledger's, or it was restored from a
 * copy that is older than the place. A client that goes on from there would miss events silently.
 *
 * @throws Fault `query.position`.
 */
export function refuseForeignPosition(position: RememberedPosition, ledger: Ledger): void {
  const { afterSeq } = position
  const { origin, size } = ledger.status()
  if (position.origin !== undefined && position.origin !== origin) {
    throw new Fault('query.position', {
      detail: `it is a place in the ledger ${position.origin}, and this is ${origin}`,
    })
  }
  if (afterSeq < size) return
  const end = size === 0 ? 'this ledger has no events yet' : `the last event here is ${size - 1}`
  throw new Fault('query.position', {
    detail: `it is after event ${afterSeq}, but ${end}; was an older copy restored?`,
  })
}
