import type { FastifyBaseLogger } from 'fastify'
import { Fault } from '../../core/errors.ts'
import { doubling, repeat } from '../../core/retry.ts'
import type { DialectContext } from '../../dialects/api/dialect.ts'
import { sourceGapEvent } from '../../intake/gap.ts'
import { LaggingPosition } from '../../intake/positions.ts'
import { takeIn } from '../../intake/take-in.ts'
import type { Watch, WatchedSource } from '../../sources/watched-source.ts'
import type { BackgroundTask, TaskServices } from './background-task.ts'

/** Pause before reconnecting to a source, in ms; it doubles with every failure. */
const PAUSE_MS_MIN = 500
/** Longest pause before reconnecting to a source, in ms. */
const PAUSE_MS_MAX = 30_000
/** How long a new position waits to be saved, in ms; after a crash, this much is read again. */
const POSITION_LAG_MS = 1000

/** The services that following a source needs. */
export interface FollowServices extends Pick<TaskServices, 'metrics'> {
  readonly context: Pick<DialectContext, 'ledger' | 'audit' | 'records' | 'clock' | 'defaultTenant'>
  readonly log: Pick<FastifyBaseLogger, 'warn'>
}

/** Follows a source while the server runs. */
export function watchedSourceTask(source: WatchedSource): BackgroundTask {
  return {
    name: `source ${source.kind}/${source.name}`,
    run: (services, signal) => followSource(source, services, signal),
  }
}

/**
 * Connects to a source repeatedly, each time continuing where reading stopped, in this process or
 * an earlier one. Resolves when the signal aborts, with the position saved.
 */
export async function followSource(
  source: WatchedSource,
  services: FollowServices,
  signal: AbortSignal,
): Promise<void> {
  const { context, log } = services
  const name = `${source.kind}/${source.name}`
  const position = new LaggingPosition(source, context.records, {
    lagMs: POSITION_LAG_MS,
    trouble: (error) => log.warn({ err: error, source: name }, 'position could not be saved'),
  })
  const connect = async (failuresBefore: number) => {
    let failures = 0
    let hasStored = false
    try {
      await source.watch({
        ...intakeOf(source, services, () => {
          hasStored = true
        }),
        signal,
        position: await position.load(),
        moveTo: (next) => position.moveTo(next),
      })
    } catch (error) {
      if (!signal.aborted) {
        failures = hasStored ? 1 : failuresBefore + 1
        const facts = { ...reasonOf(error), source: name, failures }
        log.warn(facts, 'source disconnected; reconnecting')
      }
    }
    await position.save()
    return failures
  }
  const backOff = doubling(PAUSE_MS_MIN, PAUSE_MS_MAX)
  await repeat(connect, (failures) => backOff(Math.max(1, failures)), signal)
  await position.save()
}

/** @param stored called whenever something was stored. */
function intakeOf(
  source: WatchedSource,
  { context, metrics }: FollowServices,
  stored: () => void,
): Pick<Watch, 'store' | 'gap'> {
  const { kind, name, tenant = context.defaultTenant } = source
  const { append } = context.ledger
  return {
    async store(translation) {
      const receivedMicros = context.clock()
      const reception = { receivedMicros, tenant, anyTenant: false, source: { kind, name } }
      await takeIn(translation, reception, { append, metrics })
      stored()
    },
    gap: (gap) =>
      context.audit.record({
        ...sourceGapEvent(source, gap),
        tenant,
        // If it could not be recorded, the next connection finds it again.
        eventId: `gap ${kind}/${name} ${gap.from} ${gap.to}`,
      }),
  }
}

/** An engine that is down is common: the reason suffices, and a stack trace would obscure it. */
function reasonOf(error: unknown): { readonly reason: string } | { readonly err: unknown } {
  if (!(error instanceof Fault)) return { err: error }
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : ''
  return { reason: `${error.message}${cause}` }
}
