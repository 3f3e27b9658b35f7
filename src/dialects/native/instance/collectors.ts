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
  kind: Type.String({
    pattern: '^[a-z][a-z0-9-]{0,63}$',
    description: 'The product that it reads: `quay`',
  }),
  name: Type.String({
    pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$',
    description: 'The configured name',
  }),
})
const Whose = Type.Object({
  tenant: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: NAME_LENGTH_MAX,
      description: "Tenant of the collector's events; default is the token's",
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
  { title: 'CollectorPosition', description: 'The position of the collector' },
)

const ListOfSaved: Type.TSchema = Type.Object(
  { collectors: Type.Array(Saved) },
  { description: 'The collectors with their positions' },
)

/**
 * `/v1/collectors`: the positions of collectors, for those that run elsewhere and send over HTTP.
 */
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
    summary: 'List the collectors with a saved position',
    response: { 200: ListOfSaved },
  }
  scope.get('/v1/collectors', { schema: listed, onRequest }, async (request) => ({
    collectors: await positions.list(principalOf(request).tenant),
  }))

  const got = {
    operationId: 'getCollector',
    summary: 'The position of a collector',
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
    summary: 'Save the position of a collector',
    description:
      'Send the events before the position first, because they must be stored before it.',
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
    // It comes from a JSON body.
    const position = request.body.position as JsonObject
    await positions.saveOfClient({ tenant, ...request.params }, position)
    return reply.code(204).send()
  })

  const deleted = {
    operationId: 'forgetCollector',
    summary: 'Delete the position of a collector',
    description:
      'The collector then starts from the beginning; events that it sends again are recognized.',
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
 * @param ownCollectors the collectors of this server, which save their positions themselves.
 *
 * @throws Fault `access.denied` when the token is not bound to the collector, `resource.conflict`
 * when it runs in this server.
 */
function requireMover(
  principal: Principal,
  collector: CollectorName,
  ownCollectors: readonly CollectorName[],
): void {
  const { tenant, kind, name } = collector
  if (!mayMovePosition(principal, collector)) {
    const detail = `the position of ${kind}/${name} needs a token with that source`
    throw new Fault('access.denied', { detail })
  }
  const isOwn = ownCollectors.some((own) => isSameSource(own, collector) && own.tenant === tenant)
  if (!isOwn) return
  throw new Fault('resource.conflict', {
    detail: `${kind}/${name} runs in this server, so only the server moves its position`,
  })
}

/** @throws Fault `access.denied` for a tenant other than the principal's. */
function tenantOf(
  own: string | null,
  asked: string | undefined,
  context: Pick<DialectContext, 'defaultTenant'>,
): string {
  if (own === null || asked === undefined || asked === own) {
    return asked ?? own ?? context.defaultTenant
  }
  throw new Fault('access.denied', { detail: 'the collector belongs to another tenant' })
}
