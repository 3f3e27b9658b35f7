import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Principal } from '../../../../src/access/directory/principal.ts'
import { hasScope, visibleEvents } from '../../../../src/access/directory/visibility.ts'
import type { JsonObject, StoredEvent } from '../../../../src/core/event/event.ts'
import type { EventFilter } from '../../../../src/core/query/query.ts'
import type { Route } from '../../../../src/dialects/api/api.ts'
import type { ApiDescription } from '../../../../src/dialects/api/api-description.ts'
import { createDialect } from '../../../../src/dialects/api/api-dialect.ts'
import { ApiError, plainErrorAnswerer } from '../../../../src/dialects/api/api-error.ts'
import { bearerOf, bearerToken, TOKEN_SCHEME } from '../../../../src/dialects/api/authentication.ts'
import type { Dialect, DialectContext } from '../../../../src/dialects/api/dialect.ts'
import { jsonSender } from '../../../../src/dialects/api/json.ts'
import { firstValue } from '../../../../src/dialects/api/parameter-values.ts'
import { requestContext } from '../../../../src/dialects/api/request-context.ts'
import {
  jsonAnswer,
  optionalText,
  vendorErrors,
} from '../../../../src/dialects/api/vendor-answers.ts'

// Depot, a vendor that does not exist: its whole dialect, with one route. In src, each part below
// is the file that its heading names.

// errors.ts: {"fault": {"code": 404, "reason": "Not Found"}}

const sendJson = jsonSender<JsonObject>({ text: JSON.stringify })

const answerError = plainErrorAnswerer((reply, { status, message }) =>
  sendJson(reply.code(status), { fault: { code: status, reason: message } }),
)

function badParameter(name: string, expected: string): ApiError {
  return new ApiError(400, `${name} must be ${expected}`)
}

// credentials.ts

/** @throws ApiError 401 without a valid token, 403 when it is for something else. */
function authenticate(request: FastifyRequest, context: DialectContext): Principal {
  const token = bearerToken(request)
  const principal = token === undefined ? undefined : bearerOf(request, context.directory, token)
  if (principal === undefined) throw new ApiError(401, 'Sign in first')
  if (!hasScope(principal, ['events:read', 'admin'])) throw new ApiError(403, 'Not allowed')
  return principal
}

// parameters.ts

const ROWS_DEFAULT = 20
const ROWS_MAX = 100

interface ActivityParameters {
  readonly rows: number
  readonly user: string | undefined
  readonly next: string | undefined
}

/** @throws ApiError 400. */
function readParameters(query: unknown): ActivityParameters {
  const rows = firstValue(query, 'rows')
  if (rows !== undefined && !/^[1-9]\d{0,3}$/.test(rows)) {
    throw badParameter('rows', 'a whole number from 1')
  }
  return {
    rows: Math.min(Number(rows ?? ROWS_DEFAULT), ROWS_MAX),
    user: firstValue(query, 'user'),
    next: firstValue(query, 'next'),
  }
}

// selection.ts

function activityFilter(principal: Principal, { user }: ActivityParameters): EventFilter {
  const { tenants, conditions } = visibleEvents(principal)
  if (user === undefined) return { tenants, conditions }
  return { tenants, conditions: [...conditions, { field: 'actorName', in: [user] }] }
}

// present.ts

function presentRow({ event }: StoredEvent): JsonObject {
  const { id, time, action, actor, target } = event
  return { id, at: time, what: action, who: actor?.name ?? '', where: target?.namespace ?? '' }
}

// routes.ts

const Row = Type.Object({}, { title: 'DepotRow', additionalProperties: true })

const ROUTES: readonly Route<DialectContext>[] = [
  {
    method: 'GET',
    path: '/depot/v1/activity',
    answer: listActivity,
    describes: {
      summary: 'What was done, newest first, a page at a time',
      querystring: Type.Object({
        rows: optionalText('Most rows of a page'),
        user: optionalText('Who did it'),
        next: optionalText('`next` of the page before'),
      }),
      answers: { 200: jsonAnswer('A page', Type.Object({ rows: Type.Array(Row) })) },
    },
  },
]

async function listActivity(
  request: FastifyRequest,
  reply: FastifyReply,
  context: DialectContext,
): Promise<FastifyReply> {
  const principal = authenticate(request, context)
  const parameters = readParameters(request.query)
  const filter = activityFilter(principal, parameters)
  const { events, cursors } = requestContext(context, request)
  const walk = JSON.stringify(filter)
  const page = await events.page({
    ...{ filter, order: 'newest', limit: parameters.rows },
    ...(parameters.next && { after: cursors.decode(parameters.next, 'newest', walk) }),
  })
  const next = page.next && cursors.encode(page.next, 'newest', walk)
  return sendJson(reply, { rows: page.events.map(presentRow), ...(next && { next }) })
}

// dialect.ts

const Fault = Type.Object({ fault: Type.Object({ code: Type.Integer(), reason: Type.String() }) })

const description: ApiDescription = {
  tag: { name: 'Depot', description: 'A vendor that does not exist' },
  securitySchemes: TOKEN_SCHEME,
  errorAnswers: (operation) => vendorErrors({ 'application/json': Fault }, operation),
}

/** The activity log of Depot. */
export function depotDialect(): Dialect {
  return createDialect({
    name: 'depot',
    prefixes: ['/depot/'],
    routes: ROUTES,
    answerError,
    description,
    services: (context) => context,
  })
}
