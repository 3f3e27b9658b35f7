import type { FastifyRequest, onRequestAsyncHookHandler, onRequestHookHandler } from 'fastify'
import type { Principal } from '../../../access/directory/principal.ts'
import { hasScope, visibleEvents } from '../../../access/directory/visibility.ts'
import { Fault } from '../../../core/errors.ts'
import type { Checkpoint } from '../../../ledger/checkpoint/checkpoint.ts'
import type { LedgerCheckpoints } from '../../../ledger/checkpoint/ledger-checkpoints.ts'
import { authenticated, principalOf } from '../../api/authentication.ts'
import type { DialectContext } from '../../api/dialect.ts'

const LEDGER_SCOPES = ['ledger:read', 'admin'] as const

/**
 * Requires a caller that `ledgerReaders` would admit. For answers with tiles among other things:
 * tiles hold leaf hashes of events that the caller may not see.
 *
 * @throws Fault `access.denied`.
 */
export function requireLedgerReader(principal: Principal, isPublic: boolean): void {
  if (isPublic || hasScope(principal, LEDGER_SCOPES)) return
  throw new Fault('access.denied', {
    detail: `the token also needs the scope ${LEDGER_SCOPES.join(' or ')}`,
  })
}

/** When to ask again for a checkpoint that witnesses have yet to cosign, in seconds. */
const WITNESS_RETRY_AFTER_SECONDS = 10

/**
 * Admits callers that may read checkpoints and hash tiles: those with the scope `ledger:read`, or
 * everyone if the ledger is public. A token that is sent is checked in any case.
 */
export function ledgerReaders(context: DialectContext, isPublic: boolean): onRequestHookHandler {
  const check = authenticated(context.directory, { scopes: LEDGER_SCOPES })
  return function (request, reply, done) {
    if (isPublic && request.headers.authorization === undefined) return done()
    check.call(this, request, reply, done)
  }
}

/**
 * Requires a caller that may see the events of all tenants.
 *
 * @throws Fault `access.unauthenticated`, `access.denied`.
 */
export function requireWholeLedger(request: FastifyRequest): void {
  const principal = principalOf(request)
  // A public ledger requires no token, so the caller may have none.
  if (principal === null) throw new Fault('access.unauthenticated')
  if (visibleEvents(principal).tenants === 'all') return
  throw new Fault('access.denied', {
    detail: 'only an administrator of the installation may do this',
  })
}

/** `requireWholeLedger` as a hook, for use after one that reads the token. */
export const wholeLedger: onRequestAsyncHookHandler = async (request) => {
  requireWholeLedger(request)
}

/**
 * The latest checkpoint that enough witnesses cosigned, over more than `seq` events.
 *
 * @throws Fault `resource.missing` without one.
 */
export function witnessedOf({ witnessed, witnesses }: LedgerCheckpoints, seq = -1): Checkpoint {
  const checkpoint = witnessed()
  if (checkpoint !== undefined && checkpoint.size > seq) return checkpoint
  if (witnesses().length === 0) {
    throw new Fault('resource.missing', { detail: 'this ledger has no witnesses' })
  }
  throw new Fault('resource.missing', {
    detail: 'not enough witnesses have cosigned yet',
    retryAfterSeconds: WITNESS_RETRY_AFTER_SECONDS,
  })
}

/** @throws Fault `ledger.read-only` if the instance must not sign. */
export function checkpointsOf({ checkpoints, ledger }: DialectContext): LedgerCheckpoints {
  if (checkpoints !== undefined) return checkpoints
  const { readOnly = 'nothing is signed' } = ledger.status()
  throw new Fault('ledger.read-only', { detail: readOnly })
}
