import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { visibleEvents } from '../../../access/directory/visibility.ts'
import { Fault } from '../../../core/errors.ts'
import { NAME_LENGTH_MAX } from '../../../core/limits.ts'
import { authenticated, principalOf } from '../../api/authentication.ts'
import type { DialectContext } from '../../api/dialect.ts'
import { problemAnswers } from '../../api/problems/problem-answers.ts'
import { EventSchema, eventJson } from '../events/event-json.ts'
import type { NativeScope } from '../native-scope.ts'

/** `POST /v1/ledger/statement`: states what a tenant has in the ledger. */
export function registerStatementRoute(scope: NativeScope, context: DialectContext): void {
  const schema = {
    operationId: 'stateEvents',
    summary: 'State how many events a tenant has, and the root over them',
    description:
      'Answers the event `ledger.statement` (200 instead of 201: the last one, because there are ' +
      'no events since). The caller must be allowed to read all events of the tenant.',
    querystring: Type.Object(
      {
        tenant: Type.Optional(
          Type.String({
            minLength: 1,
            maxLength: NAME_LENGTH_MAX,
            description:
              'For administrators of the installation; default is the default tenant. Others ' +
              'can name only their own',
          }),
        ),
      },
      { additionalProperties: false },
    ),
    response: { 200: EventSchema, 201: EventSchema },
    answers: problemAnswers([404]),
  }
  const onRequest = authenticated(context.directory, { scopes: ['ledger:read', 'admin'] })
  scope.post('/v1/ledger/statement', { schema, onRequest }, async (request, reply) => {
    const tenant = tenantOf(request, request.query.tenant, context.defaultTenant)
    const { statements, ledger } = context
    if (statements === undefined) {
      throw new Fault('ledger.read-only', { detail: ledger.status().readOnly ?? '' })
    }
    const given = await statements.state(tenant)
    if (given === undefined) {
      throw new Fault('resource.missing', { detail: 'the tenant has no events in this ledger' })
    }
    return reply.code(given.isNew ? 201 : 200).send(eventJson(given.event))
  })
}

/** The tenant to state, all of whose events the caller may read. */
function tenantOf(request: FastifyRequest, asked: string | undefined, byDefault: string): string {
  const principal = principalOf(request)
  const { tenants, conditions } = visibleEvents(principal)
  const tenant = asked ?? principal.tenant ?? byDefault
  const isSeen = tenants === 'all' || tenants.includes(tenant)
  if (isSeen && conditions.length === 0) return tenant
  throw new Fault('access.denied', {
    detail: 'only users who may read all events of the tenant may do this',
  })
}
