import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { Fault } from '../../../core/errors.ts'
import type { ShownLedger } from '../../../ledger/checkpoint/ledger-checkpoints.ts'
import type { DialectContext } from '../../api/dialect.ts'
import { checkpointsOf } from './ledger-readers.ts'

const OriginParameters = Type.Object({
  origin: Type.String({ description: 'Origin of a ledger in the store' }),
})

/** Where a ledger is served: the prefix that a tlog-tiles client is given, without the slash. */
export interface LedgerPlace {
  readonly path: string
  /** What the descriptions of the routes of the place say of it. */
  readonly ofLedger: string
  /** What the operations of the place are named after. */
  readonly name: string
  /** Parameters of the path, for the schema of a route. */
  readonly params: { readonly params?: typeof OriginParameters }
}

/** The ledger of this instance, and any in its store. */
export const LEDGER_PLACES: readonly LedgerPlace[] = [
  { path: '/v1/ledger', ofLedger: "this instance's ledger", name: '', params: {} },
  {
    path: '/v1/ledgers/:origin',
    ofLedger: 'the ledger of an origin, as the store has it',
    name: 'OfOrigin',
    params: { params: OriginParameters },
  },
]

/**
 * The ledger that the path of a request names.
 *
 * @throws Fault as `ledgerOf`.
 */
export async function requestedLedger(
  context: DialectContext,
  request: FastifyRequest,
): Promise<ShownLedger> {
  const { params } = request
  if (!Value.Check(OriginParameters, params)) return checkpointsOf(context)
  return await ledgerOf(context, params.origin)
}

/**
 * The ledger of an origin: this instance's own, or one that it does not sign.
 *
 * @throws Fault `resource.missing` if the store has no checkpoint of it; as `checkpointsOf`.
 */
export async function ledgerOf(context: DialectContext, origin: string): Promise<ShownLedger> {
  if (origin === context.ledger.status().origin) return checkpointsOf(context)
  const other = await context.otherLedger(origin)
  if (other !== undefined) return other
  throw new Fault('resource.missing', { detail: 'the store has no checkpoint of this ledger' })
}
