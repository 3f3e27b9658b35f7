import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { notFound, wrongMethod } from './errors.ts'
import { LOGIN_BYTES_MAX } from './login.ts'
import type { Operation, Station } from './operations.ts'
import * as operations from './operations.ts'

/** Prefixes of the versions of Container Station whose unknown paths are this dialect's too. */
export const OWN_PREFIXES = ['/container-station/api/v1/', '/containerstation/api/v1/']
/** The oldest prefix, which other dialects have too: of it this one has its own paths alone. */
const SHARED_PREFIX = '/api/v1/'

interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Without a slash in front; a part that begins with a colon is a parameter. */
  readonly path: string
  readonly operation: Operation
}

const ROUTES: readonly Route[] = [
  { method: 'POST', path: 'login', operation: operations.loginOperation },
  { method: 'GET', path: 'login_refresh', operation: operations.refreshOperation },
  { method: 'PUT', path: 'logout', operation: operations.logoutOperation },
  { method: 'GET', path: 'log', operation: operations.logOperation },
  { method: 'DELETE', path: 'log', operation: operations.clearOperation },
  { method: 'GET', path: 'log/export', operation: operations.exportOperation },
  { method: 'GET', path: 'event', operation: operations.eventOperation },
  { method: 'GET', path: 'event/wait/:type/:id/:state', operation: operations.waitOperation },
  { method: 'GET', path: 'container', operation: operations.containersOperation },
  { method: 'GET', path: 'container/:type/:id', operation: operations.containerOperation },
  {
    method: 'GET',
    path: 'container/docker/getid/:id',
    operation: operations.containerIdOperation,
  },
  { method: 'GET', path: 'system', operation: operations.systemOperation },
]

/** Every route, under every prefix, with a slash at the end and without. */
export function stationRoutes(scope: FastifyInstance, station: Station): void {
  for (const prefix of [...OWN_PREFIXES, SHARED_PREFIX]) {
    for (const { method, path, operation } of ROUTES) {
      for (const end of ['', '/']) {
        scope.route({
          method,
          url: `${prefix}${path}${end}`,
          bodyLimit: LOGIN_BYTES_MAX,
          // It would do the whole work for nothing.
          exposeHeadRoute: false,
          handler: (request, reply) => {
            const gone = goneSignal(reply)
            return operation({ request, reply, gone }, station)
          },
        })
      }
    }
  }
}

/**
 * Answers what is no route of the own prefixes: 405 for a path that is one with another method.
 *
 * @throws StationError always.
 */
export function refuseUnknown(request: FastifyRequest, reply: FastifyReply): never {
  const path = pathAfterPrefix(request.url)
  const methods = ROUTES.filter((route) => isPathOf(route, path)).map(({ method }) => method)
  // A path of the right method comes here too: when a part of it is longer than any name.
  if (methods.length === 0 || methods.some((one) => one === request.method)) throw notFound()
  void reply.header('Allow', methods.join(', '))
  throw wrongMethod()
}

function pathAfterPrefix(url: string): string {
  const path = url.split('?', 1)[0] ?? ''
  const prefix = OWN_PREFIXES.find((one) => path.startsWith(one)) ?? ''
  return path.slice(prefix.length).replace(/\/$/, '')
}

function isPathOf(route: Route, path: string): boolean {
  const [wanted, given] = [route.path.split('/'), path.split('/')]
  return (
    wanted.length === given.length &&
    wanted.every((part, index) => part.startsWith(':') || part === given[index])
  )
}

/** Aborts when the connection closes before the answer was sent. */
function goneSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort())
  return gone.signal
}
