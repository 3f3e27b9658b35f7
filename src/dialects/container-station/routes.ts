import type { FastifyReply } from 'fastify'
import type { Method, Route } from '../api/api.ts'
import { STATION_OPERATIONS } from './api/description.ts'
import type { Operation, Station } from './api/operations.ts'
import * as operations from './api/operations.ts'
import { LOGIN_BYTES_MAX } from './session/login.ts'

/** Prefixes of the versions of Container Station whose unknown paths are this dialect's too. */
export const OWN_PREFIXES = ['/container-station/api/v1/', '/containerstation/api/v1/']
/** The oldest prefix, which other dialects have too: of it this one has its own paths alone. */
const SHARED_PREFIX = '/api/v1/'

interface StationRoute {
  readonly method: Method
  /** Without a slash in front; a part that begins with a colon is a parameter. */
  readonly path: string
  readonly operation: Operation
  readonly describes: keyof typeof STATION_OPERATIONS
}

const ROUTES: readonly StationRoute[] = [
  { method: 'POST', path: 'login', operation: operations.loginOperation, describes: 'login' },
  {
    method: 'GET',
    path: 'login_refresh',
    operation: operations.refreshOperation,
    describes: 'login_refresh',
  },
  { method: 'PUT', path: 'logout', operation: operations.logoutOperation, describes: 'logout' },
  { method: 'GET', path: 'log', operation: operations.logOperation, describes: 'log' },
  { method: 'DELETE', path: 'log', operation: operations.clearOperation, describes: 'clear' },
  { method: 'GET', path: 'log/export', operation: operations.exportOperation, describes: 'export' },
  { method: 'GET', path: 'event', operation: operations.eventOperation, describes: 'event' },
  {
    method: 'GET',
    path: 'event/wait/:type/:id/:state',
    operation: operations.waitOperation,
    describes: 'wait',
  },
  {
    method: 'GET',
    path: 'container',
    operation: operations.containersOperation,
    describes: 'containers',
  },
  {
    method: 'GET',
    path: 'container/:type/:id',
    operation: operations.containerOperation,
    describes: 'container',
  },
  {
    method: 'GET',
    path: 'container/docker/getid/:id',
    operation: operations.containerIdOperation,
    describes: 'containerId',
  },
  { method: 'GET', path: 'system', operation: operations.systemOperation, describes: 'system' },
]

/** Every route, under every prefix, with a slash at the end and without. */
export const STATION_ROUTES: readonly Route<Station>[] = [...OWN_PREFIXES, SHARED_PREFIX].flatMap(
  (prefix) => ROUTES.flatMap((route) => ['', '/'].map((end) => routeAt(prefix, route, end))),
)

function routeAt(
  prefix: string,
  { method, path, operation, describes }: StationRoute,
  end: string,
): Route<Station> {
  return {
    method,
    path: `${prefix}${path}${end}`,
    bodyBytesMax: LOGIN_BYTES_MAX,
    describes: STATION_OPERATIONS[describes],
    answer: (request, reply, station) =>
      operation({ request, reply, gone: goneSignal(reply) }, station),
  }
}

/** Aborts when the connection closes before the answer was sent. */
function goneSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort())
  return gone.signal
}
