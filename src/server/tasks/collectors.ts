import type { FastifyBaseLogger } from 'fastify'
import type { Settings } from '../../config/settings.ts'
import { doubling, JITTER, repeat } from '../../core/retry.ts'
import {
  type Collector,
  type CollectorReport,
  LogsRefusedError,
} from '../../dialects/collecting/collector.ts'
import type { CollectorKind } from '../../dialects/collecting/define-collector.ts'
import { ledgerSink } from '../../intake/sink.ts'
import type { BackgroundTask, TaskServices } from './background-task.ts'

/** Longest pause after failures, in milliseconds, unless the collector's own is longer. */
const PAUSE_MS_MAX = 3_600_000

/** A collector of the configuration, and whose events it brings. */
export interface ConfiguredCollector {
  readonly collector: Collector
  /** Undefined: that of the installation. */
  readonly tenant: string | undefined
}

/** An item of a list under `collectors`, and what it configures. */
interface CollectorItem {
  readonly kind: CollectorKind
  readonly item: Settings['collectors'][string][number]
}

/** Every collector that the configuration names. */
export function collectorItems(
  kinds: readonly CollectorKind[],
  lists: Settings['collectors'],
): readonly CollectorItem[] {
  return kinds.flatMap((kind) => (lists[kind.key] ?? []).map((item) => ({ kind, item })))
}

/** Runs a collector again and again. The pause doubles with every failure in a row. */
export function collectorTask({ collector, tenant }: ConfiguredCollector): BackgroundTask {
  const name = `${collector.kind}/${collector.name}`
  return {
    name: `collector ${name}`,
    run(services, signal) {
      const log = services.log.child({ collector: name })
      const { everyMs } = collector
      // Several collectors of one vendor spread out by chance.
      const backOff = doubling(2 * everyMs, Math.max(everyMs, PAUSE_MS_MAX), JITTER)
      return repeat(
        async (failures) => {
          const ending = await runOnce({ collector, tenant }, { ...services, log }, signal)
          return ending === 'failed' ? failures + 1 : 0
        },
        (failures) => (failures === 0 ? everyMs : backOff(failures)),
        signal,
      )
    },
  }
}

type RunEnding = 'read' | 'refused' | 'failed' | 'stopped'

async function runOnce(
  { collector, tenant }: ConfiguredCollector,
  { context, log, metrics }: TaskServices,
  signal: AbortSignal,
): Promise<RunEnding> {
  const { kind, name } = collector
  const owner = { tenant: tenant ?? context.defaultTenant, kind, name }
  let last: CollectorReport = { accepted: 0, duplicates: 0, at: '' }
  const meter = metrics.collector(`${kind}/${name}`)
  try {
    await collector.collect({
      sink: ledgerSink(owner, context, signal),
      signal,
      trouble: (message) => log.warn(message),
      report(report) {
        meter.stored(report.accepted - last.accepted, report.duplicates - last.duplicates)
        meter.missing((report.missing ?? 0) - (last.missing ?? 0))
        last = report
      },
    })
    meter.ended('success')
    logRun(log, last)
    return 'read'
  } catch (error) {
    if (signal.aborted) return 'stopped'
    meter.ended('failure')
    // What was refused stays so until somebody acts; the other logs are read at their usual pace.
    const isRefused = error instanceof LogsRefusedError
    if (isRefused) log.error(`logs are refused:\n${error.message}`)
    else log.error({ err: error }, 'a collector failed; it goes on where it ended')
    return isRefused ? 'refused' : 'failed'
  }
}

/** A run that found nothing new is of no interest to most. */
function logRun(log: FastifyBaseLogger, { accepted, duplicates, missing }: CollectorReport): void {
  const counts = { accepted, duplicates, missing: missing ?? 0 }
  if (accepted > 0) log.info(counts, 'collected')
  else log.debug(counts, 'collected')
}
