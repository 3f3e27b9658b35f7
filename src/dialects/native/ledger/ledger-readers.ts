import type { FastifyRequest, onRequestAsyncHookHandler, onRequestHookHandler } from 'fastify'
import { visibleEvents } from '../../../access/directory/visibility.ts'
import { Fault } from '../../../core/errors.ts'
import type { LedgerCheckpoints } from '../../../ledger/checkpoint/ledger-checkpoints.ts'
import { authenticated, principalOf } from '../../api/authentication.ts'
import type { DialectContext } from '../../api/dialect.ts'

/**
 * Lets those through who may read checkpoints and hash tiles: tokens with the scope `ledger:read`,
 * or everyone when the ledger is public. A token that is sent is looked at all the same.
 */
export function ledgerReaders(context: DialectContext, isPublic: boolean): onRequestHookHandler {
  const check = authenticated(context.directory, { scopes: ['ledger:read', 'admin'] })
  return function (request, reply, done) {
    if (isPublic && request.headers.authorization === undefined) return done()
    check.call(this, request, reply, done)
  }
}

/**
 * For what shows events of all tenants, or changes what concerns all of them.
 * @throws Fault `access.unauthenticated`, `access.denied`.
 */
export function requireWholeLedger(request: FastifyRequest): void {
  const principal = principalOf(request)
  // A public ledger requires no token, so the caller may have none.
  if (principal === null) throw new Fault('access.unauthenticated')
  if (visibleEvents(principal).tenants === 'all') return
  throw new Fault('access.denied', { detail: 'this takes an administrator of the installation' })
}

/** `requireWholeLedger` as a hook, behind one that reads the token. */
export const wholeLedger: onRequestAsyncHookHandler = async (request) => {
  requireWholeLedger(request)
}

/** @throws Fault `ledger.read-only` while the instance must not sign. */
export function checkpointsOf({ checkpoints, ledger }: DialectContext): LedgerCheckpoints {
  if (checkpoints !== undefined) return checkpoints
  const { readOnly = 'nothing is signed' } = ledger.status()
  throw new Fault('ledger.read-only', { detail: readOnly })
}
