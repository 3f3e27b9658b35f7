import { once } from 'node:events'
import type { FastifyBaseLogger } from 'fastify'
import { formatTimestamp } from '../../core/time/timestamp.ts'
import { OWN_SOURCE_KIND } from '../../core/values/source-name.ts'
import type { DialectContext } from '../../dialects/api/dialect.ts'
import { sourceGapEvent } from '../../intake/gap.ts'
import { EventQueue, type LeftOut, named } from '../../intake/queue.ts'
import { count, eventsOf, takeIn } from '../../intake/take-in.ts'
import type { CalledSource, Listening } from '../../sources/called-source.ts'
import type { Translation } from '../../sources/source.ts'
import type { BackgroundTask, TaskServices } from './background-task.ts'

/**
 * How often events without a waiting call are stored, in milliseconds; a crash loses at most this
 * much.
 */
const TICK_MS = 250

/** Why a call has no event, for the metrics. */
const NO_ROOM = 'queue is full'

/** The services that storing calls needs. */
export interface CallServices extends Pick<TaskServices, 'metrics'> {
  readonly context: Pick<DialectContext, 'ledger' | 'clock' | 'defaultTenant'>
  readonly log: Pick<FastifyBaseLogger, 'warn'>
}

/**
 * Starts listening for a source's calls, and returns the task that stores their events. Rejects
 * when it cannot listen, so that the server does not start: the callers would block.
 */
export async function calledSourceTask(source: CalledSource): Promise<BackgroundTask> {
  const listening = await source.listen()
  return {
    name: `source ${source.kind}/${source.name}`,
    run: (services, signal) => storeCalls({ source, listening }, services, signal),
  }
}

/** Stores the events of calls until the signal aborts; resolves when all are stored. */
export async function storeCalls(
  { source, listening }: { readonly source: CalledSource; readonly listening: Listening },
  services: CallServices,
  signal: AbortSignal,
): Promise<void> {
  const { context, log } = services
  const queue = queueOf(source, services)
  const timer = setInterval(() => queue.flush(), TICK_MS)
  listening.begin({
    take: (translation) => enqueue(translation, { queue, source, services }),
    record: (translation) => record(translation, { source, services }),
    clock: context.clock,
    trouble: (error, message) =>
      log.warn({ err: error, source: `${source.kind}/${source.name}` }, message),
  })
  if (!signal.aborted) await once(signal, 'abort')
  await listening.close()
  clearInterval(timer)
  await queue.close()
}

function queueOf(source: CalledSource, { context, log }: CallServices): EventQueue {
  const { kind, name } = source
  const { origin } = context.ledger.status()
  return new EventQueue({
    append: context.ledger.append,
    source: { kind, name },
    clock: context.clock,
    contents: `events of ${kind}/${name}`,
    leftOutEvent: ({ tenant, count, fromMicros, toMicros }: LeftOut) => {
      const from = formatTimestamp(fromMicros)
      const to = formatTimestamp(toMicros)
      const reason = `${count} events arrived faster than they could be stored`
      const event = sourceGapEvent(source, { from, to, reason })
      const details = { ...event.details, count }
      return { ...event, tenant, details }
    },
    leftOutSource: { kind: OWN_SOURCE_KIND, name: origin },
    trouble: (facts, message) => log.warn(facts, message),
  })
}

interface Destination {
  readonly queue: EventQueue
  readonly source: CalledSource
  readonly services: CallServices
}

function enqueue(called: Translation, { queue, source, services }: Destination): void {
  const { metrics, context } = services
  const { kind } = source
  count(called, { kind, deadLetters: called.deadLetters.length, metrics })
  const tenant = source.tenant ?? context.defaultTenant
  for (const event of eventsOf(called)) {
    if (!queue.add(tenant, { ...event, tenant })) metrics.skipped(kind, NO_ROOM, 1)
  }
}

/** The ledger itself combines the events of concurrent calls into one write. */
async function record(
  called: Translation,
  { source, services }: Omit<Destination, 'queue'>,
): Promise<void> {
  const { ledger, clock, defaultTenant } = services.context
  const { kind, name, tenant = defaultTenant } = source
  const receivedMicros = clock()
  const reception = { receivedMicros, tenant, anyTenant: false, source: { kind, name } }
  const events = called.events.map((event) => named(event, receivedMicros))
  const { append } = ledger
  await takeIn({ ...called, events }, reception, { append, metrics: services.metrics })
}
