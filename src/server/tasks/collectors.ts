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

/** A configured collector and the tenant of its events. */
export interface ConfiguredCollector {
  readonly collector: Collector
  /** Undefined for the tenant of the installation. */
  readonly tenant: string | undefined
}

/** A configured collector, with its kind. */
interface CollectorItem {
  readonly kind: CollectorKind
  readonly item: Settings['collectors'][string][number]
}

/** All configured collectors. */
export function collectorItems(
  kinds: readonly CollectorKind[],
  lists: Settings['collectors'],
): readonly CollectorItem[] {
  return kinds.flatMap((kind) => (lists[kind.key] ?? []).map((item) => ({ kind, item })))
}

/** Runs a collector repeatedly. The pause doubles with every consecutive failure. */
export function collectorTask({ collector, tenant }: ConfiguredCollector): BackgroundTask {
  const name = `${collector.kind}/${collector.name}`
  return {
    name: `collector ${name}`,
    run(services, signal) {
      const log = services.log.child({ collector: name })
      const { everyMs } = collector
      // Jitter spreads several collectors of one vendor.
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
    // A refusal lasts until an operator acts, so it does not slow down the other logs.
    const isRefused = error instanceof LogsRefusedError
    if (isRefused) log.error(`access to logs was refused:\n${error.message}`)
    else log.error({ err: error }, 'collector failed; it will continue where it stopped')
    return isRefused ? 'refused' : 'failed'
  }
}

/** Runs without new entries are logged only at the debug level. */
function logRun(log: FastifyBaseLogger, { accepted, duplicates, missing }: CollectorReport): void {
  const counts = { accepted, duplicates, missing: missing ?? 0 }
  if (accepted > 0) log.info(counts, 'collected')
  else log.debug(counts, 'collected')
}
