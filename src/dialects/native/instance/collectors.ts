import { Type } from 'typebox'
import type { Principal } from '../../../access/directory/principal.ts'
import { mayMovePosition } from '../../../access/directory/source-claims.ts'
import { mayWrite } from '../../../access/directory/visibility.ts'
import { Fault } from '../../../core/errors.ts'
import type { JsonObject } from '../../../core/event/event.ts'
import { NAME_LENGTH_MAX } from '../../../core/limits.ts'
import { isSameSource } from '../../../core/values/source-name.ts'
import {
  type CollectorName,
  collectorPositions,
  POSITION_BYTES_MAX,
} from '../../../intake/positions.ts'
import { authenticated, principalOf } from '../../api/authentication.ts'
import type { DialectContext } from '../../api/dialect.ts'
import type { NativeScope } from '../native-scope.ts'

const Closed = { additionalProperties: false } as const
const Which = Type.Object({
  kind: Type.String({ pattern: '^[a-z][a-z0-9-]{0,63}$', description: 'What it reads: `quay`' }),
  name: Type.String({
    pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$',
    description: 'Which of its kind it is',
  }),
})
const Whose = Type.Object({
  tenant: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: NAME_LENGTH_MAX,
      description: "Tenant of the collector's events; the token's when it is left out",
    }),
  ),
})
const Position = Type.Object({}, { additionalProperties: true, examples: [{ page: 'x7' }] })
const NoContent: Record<204, Type.TSchema> = { 204: Type.Null() }
const Saved: Type.TSchema = Type.Object(
  {
    tenant: Type.String(),
    kind: Type.String(),
    name: Type.String(),
    position: Position,
    saved: Type.String({ format: 'date-time', description: 'When' }),
  },
  { title: 'CollectorPosition', description: 'How far the collector is' },
)

const ListOfSaved: Type.TSchema = Type.Object(
  { collectors: Type.Array(Saved) },
  { description: 'The collectors, each with how far it is' },
)

/** `/v1/collectors`: how far each collector is, for those that run elsewhere and send over HTTP. */
export function registerCollectors(
  scope: NativeScope,
  context: DialectContext,
  ownCollectors: readonly CollectorName[],
): void {
  const positions = collectorPositions(context.records, context.clock)
  const onRequest = authenticated(context.directory, {
    scopes: ['events:write', 'admin'],
    may: mayWrite,
  })
  const listed = {
    operationId: 'listCollectors',
    summary: 'The collectors that have saved how far they are',
    response: { 200: ListOfSaved },
  }
  scope.get('/v1/collectors', { schema: listed, onRequest }, async (request) => ({
    collectors: await positions.list(principalOf(request).tenant),
  }))

  const got = {
    operationId: 'getCollector',
    summary: 'How far a collector is',
    params: Which,
    querystring: Whose,
    response: { 200: Saved },
  }
  const route = '/v1/collectors/:kind/:name'
  scope.get(route, { schema: got, onRequest }, async (request) => {
    const tenant = tenantOf(principalOf(request).tenant, request.query.tenant, context)
    const saved = await positions.get({ tenant, ...request.params })
    if (saved === undefined) throw new Fault('resource.missing')
    return saved
  })

  const put = {
    operationId: 'saveCollector',
    summary: 'Save how far a collector is',
    description: 'Send the events before it first: they have to be stored before this is.',
    params: Which,
    querystring: Whose,
    body: Type.Object(
      { position: Position },
      { ...Closed, examples: [{ position: { page: 'x7' } }] },
    ),
    response: NoContent,
  }
  const putOptions = { schema: put, onRequest, bodyLimit: POSITION_BYTES_MAX }
  scope.put(route, putOptions, async (request, reply) => {
    const principal = principalOf(request)
    const tenant = tenantOf(principal.tenant, request.query.tenant, context)
    requireMover(principal, { tenant, ...request.params }, ownCollectors)
    // It was read from a JSON body.
    const position = request.body.position as JsonObject
    await positions.saveOfClient({ tenant, ...request.params }, position)
    return reply.code(204).send()
  })

  const deleted = {
    operationId: 'forgetCollector',
    summary: 'Forget how far a collector is',
    description: 'A collector of this name begins anew; events that it sends again are recognized.',
    params: Which,
    querystring: Whose,
    response: NoContent,
  }
  scope.delete(route, { schema: deleted, onRequest }, async (request, reply) => {
    const tenant = tenantOf(principalOf(request).tenant, request.query.tenant, context)
    await positions.remove({ tenant, ...request.params })
    return reply.code(204).send()
  })
}

/**
 * @param ownCollectors those of this server, which keep their positions themselves.
 * @throws Fault `access.denied` when the collector is not the token's, `resource.conflict` when it
 *   runs in this server.
 */
function requireMover(
  principal: Principal,
  collector: CollectorName,
  ownCollectors: readonly CollectorName[],
): void {
  const { tenant, kind, name } = collector
  if (!mayMovePosition(principal, collector)) {
    const detail = `the position is that of ${kind}/${name}: it takes a token with that source`
    throw new Fault('access.denied', { detail })
  }
  const isOwn = ownCollectors.some((own) => isSameSource(own, collector) && own.tenant === tenant)
  if (!isOwn) return
  throw new Fault('resource.conflict', {
    detail: `${kind}/${name} runs in this server, which alone moves its position`,
  })
}

/** @throws Fault `access.denied` for another tenant than the principal's. */
function tenantOf(
  own: string | null,
  asked: string | undefined,
  context: Pick<DialectContext, 'defaultTenant'>,
): string {
  if (own === null || asked === undefined || asked === own) {
    return asked ?? own ?? context.defaultTenant
  }
  throw new Fault('access.denied', { detail: 'this is the collector of another tenant' })
}
