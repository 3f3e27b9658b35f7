import { SETTINGS } from '../../src/config/settings.ts'
import { readSettings } from '../../src/config/table/read-settings.ts'
import { LOG_OPERATIONS } from '../../src/dialects/quay/routes.ts'
import { loadParts } from '../../src/main.ts'
import { createServer, type ServerOptions } from '../../src/server/http/server.ts'
import { SkippedEvents } from '../../src/sources/skipped-events.ts'

/** A route as the server registers it. */
export interface ServerRoute {
  readonly method: string
  /** With parameters as `:name`, and `*` for any rest. */
  readonly url: string
}

/** The table of routes of the server with every dialect and every source that main.ts names. */
export async function serverRoutes(): Promise<readonly ServerRoute[]> {
  const settings = readSettings(SETTINGS, { flags: {}, environment: {} })
  const parts = await loadParts()
  const facts = {
    ...{ version: '0', startedMicros: 0 },
    isLedgerPublic: false,
    storeSize: async () => ({ events: 0, bytesOnDisk: 0 }),
  }
  const options: Partial<ServerOptions> = {
    dialects: parts.dialects(settings, facts),
    sources: parts.sources(settings, new SkippedEvents([])),
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
