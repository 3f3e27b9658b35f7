import { LOG_OPERATIONS } from '../../src/dialects/quay/routes.ts'
import { createServer, type ServerOptions } from '../../src/server/http/server.ts'
import { defaultParts } from './server-parts.ts'

/** A route as the server registers it. */
export interface ServerRoute {
  readonly method: string
  /** With parameters as `:name`, and `*` for any rest. */
  readonly url: string
}

/** The table of routes of the server with every dialect and every source that main.ts names. */
export async function serverRoutes(): Promise<readonly ServerRoute[]> {
  const options: Partial<ServerOptions> = {
    ...(await defaultParts()),
    ...{ logLevel: 'silent', addressConnectionsMax: 1 },
  }
  const server = createServer({ ...UNUSED, ...options })
  const routes: ServerRoute[] = []
  // Scopes take this hook over: none of them is built before the server is asked to be ready.
  server.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) routes.push({ method: one, url })
  })
  await server.ready()
  await server.close()
  return routes
}

/** The last segments of the paths of Quay's logs, which are one route with any rest. */
export function quayOperations(): readonly string[] {
  return [...LOG_OPERATIONS.keys()]
}

/** No request is made, so nothing of these is used but to be kept for later. */
const UNUSED = {
  ...{ context: anything(), readiness: anything(), metrics: anything() },
} as ServerOptions

/** A value that has every member, and can be called: each is such a value again. */
function anything(): unknown {
  return new Proxy(() => undefined, {
    get: (_target, name) => (name === 'then' ? undefined : anything()),
    apply: () => anything(),
  })
}
