import type { RouteOptions } from 'fastify'
import { SETTINGS } from '../../src/config/settings.ts'
import { readSettings } from '../../src/config/table/read-settings.ts'
import type { Dialect } from '../../src/dialects/api/dialect.ts'
import { loadParts } from '../../src/main.ts'
import { SkippedEvents } from '../../src/sources/skipped-events.ts'
import type { WebhookSource } from '../../src/sources/source.ts'

/** What main.ts puts into a server whose settings are the defaults. */
export interface DefaultParts {
  readonly dialects: readonly Dialect[]
  readonly sources: readonly WebhookSource[]
}

/** Every dialect and every source that main.ts names. */
export async function defaultParts(): Promise<DefaultParts> {
  const settings = readSettings(SETTINGS, { flags: {}, environment: {} })
  const parts = await loadParts()
  const facts = {
    ...{ version: '1.2.3', startedMicros: 0, isLedgerPublic: false, recordsSearches: false },
    storeSize: async () => ({ events: 0, bytesOnDisk: 0 }),
  }
  return {
    dialects: parts.dialects(settings, facts),
    sources: parts.sources(settings, new SkippedEvents([])),
  }
}

/** The same dialect, which adds every route that it registers to `routes`. */
export function watchedDialect(dialect: Dialect, routes: RouteOptions[]): Dialect {
  return {
    ...dialect,
    register(scope, context) {
      scope.addHook('onRoute', (route) => void routes.push(route))
      dialect.register(scope, context)
    },
  }
}
