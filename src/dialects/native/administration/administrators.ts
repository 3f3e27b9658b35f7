import type { FastifyRequest, onRequestAsyncHookHandler } from 'fastify'
import type { AccessAct, Administrator } from '../../../access/directory/administration-event.ts'
import { mayAdminister } from '../../../access/directory/visibility.ts'
import { Fault } from '../../../core/errors.ts'
import { authenticated, principalOf, senderOf } from '../../api/authentication.ts'
import type { DialectContext } from '../../api/dialect.ts'
import { clientOf } from '../../api/request-client.ts'

/**
 * Admits only administrators to a route.
 *
 * @param act what the route changes, so that a refused attempt is recorded; undefined when it only
 * reads.
 */
export function administrators(
  { directory, administration }: Pick<DialectContext, 'directory' | 'administration'>,
  act?: AccessAct,
): onRequestAsyncHookHandler {
  const check = authenticated(directory, { scopes: ['admin'], may: mayAdminister })
  return async function (request, reply) {
    try {
      await new Promise<void>((resolve) => check.call(this, request, reply, () => resolve()))
    } catch (error) {
      const principal = senderOf(request)
      const isDenied = error instanceof Fault && error.code === 'access.denied'
      if (act !== undefined && isDenied) {
        await administration.denied({ principal, client: clientOf(request) }, act)
      }
      throw error
    }
  }
}

/** The caller, on routes with `administrators`. */
export function administratorOf(request: FastifyRequest): Administrator {
  return { principal: principalOf(request), client: clientOf(request) }
}
