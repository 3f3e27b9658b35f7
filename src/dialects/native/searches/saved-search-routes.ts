import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Principal } from '../../../access/directory/principal.ts'
import {
  type Keeping,
  mayChangeSearch,
  SAVED_QUERY_LENGTH_MAX,
  type SavedSearch,
  SHARINGS,
} from '../../../access/saved-searches/saved-search.ts'
import { principalOf } from '../../api/authentication.ts'
import type { DialectContext } from '../../api/dialect.ts'
import { clientOf } from '../../api/request-client.ts'
import { Name, Place } from '../administration/access-schemas.ts'
import { mayReadEvents } from '../events/event-search.ts'
import type { NativeScope } from '../native-scope.ts'
import { requireQuery } from './saved-query.ts'

const Sharing = Type.Enum(SHARINGS, {
  description:
    'Who sees it besides its owner: those with a grant on `namespace`, or the whole tenant. They ' +
    'find with it what their own rights show.',
})

const WISH = {
  name: Name,
  query: Type.String({
    maxLength: SAVED_QUERY_LENGTH_MAX,
    description: 'As in the address of the events page, such as `actor=alice&last=24h`',
  }),
  namespace: Type.Optional(Place),
}

const Body = Type.Object(
  { ...WISH, sharedWith: Type.Optional(Sharing) },
  {
    additionalProperties: false,
    examples: [{ name: 'Denied', query: 'outcome=denied&last=24h', sharedWith: 'none' }],
  },
)

const Shown = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    ...WISH,
    sharedWith: Sharing,
    owner: Type.Optional(
      Type.String({ description: 'Name of the user; absent once the user was deleted' }),
    ),
    isOwn: Type.Boolean(),
    mayChange: Type.Boolean({ description: 'Whether the caller may change and delete it' }),
    createdAt: Type.String({ format: 'date-time' }),
    changedAt: Type.String({ format: 'date-time' }),
  },
  { title: 'SavedSearch', description: 'The saved search' },
)

const NoContent: Record<204, Type.TSchema> = { 204: Type.Null() }

const Params = Type.Object({ id: Type.String({ description: 'Id of the saved search' }) })

/** `/v1/saved-searches`: searches under a name, private or shared. */
export function registerSavedSearches(scope: NativeScope, context: DialectContext): void {
  const { savedSearches } = context
  const onRequest = mayReadEvents(context)
  const shown = presenter(context)
  const listed = {
    operationId: 'listSavedSearches',
    summary: 'List the saved searches that the caller sees, by name',
    response: {
      200: Type.Object({ savedSearches: Type.Array(Shown) }, { description: 'The searches' }),
    },
  }
  scope.get('/v1/saved-searches', { schema: listed, onRequest }, async (request) => {
    const principal = principalOf(request)
    return { savedSearches: savedSearches.list(principal).map((one) => shown(principal, one)) }
  })
  const created = {
    operationId: 'createSavedSearch',
    summary: 'Save a search',
    body: Body,
    response: { 201: Shown },
  }
  scope.post('/v1/saved-searches', { schema: created, onRequest }, async (request, reply) => {
    const { sharedWith = 'none', ...wish } = request.body
    requireQuery(wish.query)
    const by = keepingOf(request)
    const search = await savedSearches.create(by, { ...wish, sharedWith })
    return reply.code(201).send(shown(by.principal, search))
  })
  const changed = {
    operationId: 'changeSavedSearch',
    summary: 'Change a saved search: its name, its query and whom it is shared with',
    params: Params,
    body: Body,
    response: { 200: Shown },
  }
  scope.put('/v1/saved-searches/:id', { schema: changed, onRequest }, async (request) => {
    const { sharedWith = 'none', ...wish } = request.body
    requireQuery(wish.query)
    const by = keepingOf(request)
    const { id } = request.params
    return shown(by.principal, await savedSearches.change(by, id, { ...wish, sharedWith }))
  })
  const deleted = {
    operationId: 'deleteSavedSearch',
    summary: 'Delete a saved search',
    params: Params,
    response: NoContent,
  }
  scope.delete('/v1/saved-searches/:id', { schema: deleted, onRequest }, async (request, reply) => {
    await savedSearches.remove(keepingOf(request), request.params.id)
    return reply.code(204).send()
  })
}

function keepingOf(request: FastifyRequest): Keeping {
  return { principal: principalOf(request), client: clientOf(request) }
}

/** A saved search as one of those who see it is shown it. */
function presenter({ directory }: Pick<DialectContext, 'directory'>) {
  return (principal: Principal, search: SavedSearch) => {
    const { tenant: _tenant, owner, ...rest } = search
    const user = owner === null ? undefined : directory.user(null, owner)
    return {
      ...rest,
      ...(user !== undefined && { owner: user.name }),
      isOwn: owner === principal.userId,
      mayChange: mayChangeSearch(principal, search),
    }
  }
}
