import { CommandError } from './cli/command-error.ts'
import { processIo } from './cli/command-io.ts'
import { runCommand } from './cli/run.ts'
import { namedEngine } from './config/groups/docker-authz-settings.ts'
import { settingsTable } from './config/settings.ts'
import { processEnvironment } from './config/table/environment.ts'
import { userAgent } from './config/version.ts'
import { cutText } from './core/cut-text.ts'
import type { CollectorKind } from './dialects/collecting/define-collector.ts'
import type { Importer, ImportRequest } from './dialects/collecting/importer.ts'
import type { ServerParts } from './server/serve.ts'

/** Every collector there is, as its dialect describes it; a line adds one. */
export async function loadCollectors(): Promise<readonly CollectorKind[]> {
  const modules = await Promise.all([
    import('./dialects/quay/collect/settings.ts'),
    import('./dialects/container-station/collect/settings.ts'),
    import('./dialects/hss/collect/settings.ts'),
    import('./dialects/opsera/collect/settings.ts'),
  ])
  return modules.map(({ COLLECTOR }) => COLLECTOR)
}

/** Every dialect and every source there is; loaded by a server alone, for a quick command line. */
export async function loadParts(): Promise<ServerParts> {
  const { containerStationDialect } = await import('./dialects/container-station/dialect.ts')
  const { hssDialect } = await import('./dialects/hss/dialect.ts')
  const { nativeDialect } = await import('./dialects/native/dialect.ts')
  const { opseraDialect } = await import('./dialects/opsera/dialect.ts')
  const { quayDialect } = await import('./dialects/quay/dialect.ts')
  const { quayExportForm } = await import('./dialects/quay/exports/export-document.ts')
  const { collectorItems, collectorTask } = await import('./server/tasks/collectors.ts')
  const { calledSourceTask } = await import('./server/tasks/called-sources.ts')
  const { watchedSourceTask } = await import('./server/tasks/watched-sources.ts')
  const { buildbotSource } = await import('./sources/buildbot/source.ts')
  const { distributionSource } = await import('./sources/distribution/source.ts')
  const { dockerAuthzSource } = await import('./sources/docker-authz/source.ts')
  const { engineClient } = await import('./sources/engine/client/engine-client.ts')
  const { engineSource } = await import('./sources/engine/source.ts')
  const { calledWith, watchedWith } = await import('./sources/bodies/omitted-commands.ts')
  const { calledSkipping, watchedSkipping, webhookSkipping } = await import(
    './sources/skipped-events.ts'
  )
  const { collectorSkipping } = await import('./server/tasks/collector-skipping.ts')
  const kinds = await loadCollectors()
  const surroundings = { environment: processEnvironment(), userAgent: userAgent() }
  return {
    settingsTable: settingsTable(kinds),
    dialects: ({ dialects, sources, tenants, publicUrl, collectors, defaultTenant }, facts) => [
      nativeDialect(
        facts,
        collectorItems(kinds, collectors).map(
          ({ kind, item: { name, tenant = defaultTenant } }) => ({
            ...{ tenant, kind: kind.kind, name },
          }),
        ),
      ),
      quayDialect(dialects.quay),
      containerStationDialect(dialects.containerStation, {
        version: facts.version,
        engines: sources.engine.map(engineClient),
      }),
      hssDialect(dialects.hss, { tenants, publicUrl }),
      opseraDialect({ tenants }),
    ],
    sources: ({ sources }, skips) =>
      [distributionSource(sources.distribution), buildbotSource()].map((source) =>
        webhookSkipping(source, skips),
      ),
    tasks: async ({ collectors, sources }, skips) => [
      ...sources.engine.map((settings) =>
        watchedSourceTask(
          watchedSkipping(watchedWith(engineSource(settings), sources.commandLines), skips),
        ),
      ),
      ...(await Promise.all(
        collectorItems(kinds, collectors).map(async ({ kind, item }) => {
          const collector = await kind.open(item, surroundings)
          return collectorTask({
            collector: collectorSkipping(collector, skips),
            tenant: item.tenant,
          })
        }),
      )),
      ...(await Promise.all(
        sources.dockerAuthz.map((settings) => {
          const engine = namedEngine(settings, sources.engine)
          const client = engine === undefined ? undefined : engineClient(engine)
          const source = dockerAuthzSource(settings, client)
          return calledSourceTask(calledSkipping(calledWith(source, sources.commandLines), skips))
        }),
      )),
    ],
    exportForms: () => [quayExportForm],
  }
}

/** Runs the program on the arguments after its name. Resolves with the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  return runCommand(argv, processIo(processEnvironment()), {
    serve: (settings) =>
      orExplain(async () => {
        const { serve } = await import('./server/serve.ts')
        return serve(settings, await loadParts())
      }),
    recover: (settings, lost) =>
      orExplain(async () => {
        const { recover } = await import('./server/instance/recover.ts')
        return recover(settings, lost)
      }),
    openAtRest: async (dataDirectory) => {
      const { openLedgerAtRest } = await import('./server/instance/ledger-at-rest.ts')
      return openLedgerAtRest(dataDirectory)
    },
    openImporter,
    collectors: await loadCollectors(),
  })
}

/** Opens what `waybill import` reads. */
async function openImporter(request: ImportRequest): Promise<Importer> {
  const { openQuayImporter } = await import('./dialects/quay/import/importer.ts')
  return openQuayImporter(request)
}

/** A server that cannot start says so in one line: there is nothing in a stack for its user. */
async function orExplain<Result>(start: () => Promise<Result>): Promise<Result> {
  try {
    return await start()
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const hint = startupCause(error)
    throw new CommandError(error.message, { ending: 'failure', cause: error, ...hint })
  }
}

/** Longest part of a cause that is shown, in characters: a statement of the store may be pages. */
const CAUSE_LENGTH_MAX = 300

/** What a Fault says to the log alone, which a server that does not start has none of yet. */
function startupCause({ cause }: Error): { readonly hint?: string } {
  if (!(cause instanceof Error)) return {}
  // Of a host with several addresses all of which failed there is a code alone.
  const text = cause.message === '' && 'code' in cause ? String(cause.code) : cause.message
  return text === '' ? {} : { hint: cutText(text, CAUSE_LENGTH_MAX) }
}
