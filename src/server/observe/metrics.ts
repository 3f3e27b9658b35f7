import type { FastifyInstance } from 'fastify'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { Type } from 'typebox'
import type { Directory } from '../../access/directory/directory.ts'
import { mayAdminister } from '../../access/directory/visibility.ts'
import { Fault } from '../../core/errors.ts'
import type { SkipCount } from '../../core/query/skip-rule.ts'
import type { OperationDescription } from '../../dialects/api/api-description.ts'
import { authenticated, type Requirement } from '../../dialects/api/authentication.ts'
import type { ExportJob } from '../../exports/jobs/export-job.ts'
import type { Append } from '../../ledger/append/append.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { type CollectorMeter, collectorMeters } from '../tasks/collector-metrics.ts'
import { registerExportGauges } from '../tasks/export-metrics.ts'
import type { TimeStampState } from '../time-stamps/own-time-stamps.ts'
import { registerTimeStampGauges } from '../time-stamps/time-stamp-metrics.ts'
import { type PublishedLedger, registerPublishedGauges } from './ledger-metrics.ts'

/** Upper bounds of the duration buckets, in seconds. */
const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** An answered request. */
interface AnsweredRequest {
  readonly dialect: string
  /** The route's pattern, never the URL, so that the number of labels is bounded. */
  readonly route: string
  readonly method: string
  readonly status: number
  readonly seconds: number
}

/** The metrics of the server, in the text format of Prometheus. */
export interface Metrics {
  readonly contentType: string
  text(): Promise<string>
  answered(request: AnsweredRequest): void
  deadLetters(sourceKind: string, count: number): void
  skipped(sourceKind: string, reason: string, count: number): void
  /** Counts a delivery that was rejected. */
  refused(sourceKind: string, status: number): void
  /** Counts pushes that were stored without checking what they imply. */
  pushesNotCompared(sourceKind: string, count: number): void
  /** Wraps an append with counters and timing. */
  measured(append: Append): Append
  /** @param name `kind/name`. */
  collector(name: string): CollectorMeter
  /** Reports these exports from now on. */
  watchExports(jobs: () => readonly ExportJob[]): void
  /** Reports the checkpoints and the verification of the ledger from now on. */
  watchPublished(published: PublishedLedger): void
  /** Reports how stamping checkpoints goes. */
  watchTimeStamps(state: () => TimeStampState): void
  /** Reports these counts from now on. */
  watchSkipped(counts: () => readonly SkipCount[]): void
}

/** The metrics of one server, in a separate registry. */
export function createMetrics(ledger: Pick<Ledger, 'status'>): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  registerLedgerGauges(registers, ledger)
  const requests = new Histogram({
    name: 'waybill_request_duration_seconds',
    help: 'Time from receiving the head of a request to the end of its answer',
    labelNames: ['dialect', 'route', 'method', 'status'],
    buckets: DURATION_BUCKETS,
    registers,
  })
  const deadLetters = new Counter({
    name: 'waybill_source_dead_letters_total',
    help: 'Items from senders that could not be read and were kept as they were sent',
    labelNames: ['source'],
    registers,
  })
  const skipped = new Counter({
    name: 'waybill_source_skipped_total',
    help: 'Items from senders that were skipped on purpose',
    labelNames: ['source', 'reason'],
    registers,
  })
  const refused = new Counter({
    name: 'waybill_source_refused_total',
    help: 'Requests to sources that were answered with an error',
    labelNames: ['source', 'status'],
    registers,
  })
  const pushesNotCompared = new Counter({
    name: 'waybill_source_pushes_not_compared_total',
    help: 'Pushes stored without checking whether they moved a tag',
    labelNames: ['source'],
    registers,
  })
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    answered: answerMeter(requests),
    deadLetters: (source, count) => deadLetters.inc({ source }, count),
    skipped: (source, reason, count) => skipped.inc({ source, reason }, count),
    refused: (source, status) => refused.inc({ source, status }),
    pushesNotCompared: (source, count) => pushesNotCompared.inc({ source }, count),
    measured: appendMeter(registers),
    collector: collectorMeters(registers),
    watchExports: (jobs) => registerExportGauges(registers, jobs),
    watchPublished: (published) => registerPublishedGauges(registers, published),
    watchTimeStamps: (state) => registerTimeStampGauges(registers, state),
    watchSkipped: (counts) => registerSkipCounter(registers, counts),
  }
}

/** Caches series, because the library sorts the labels at each lookup. */
function answerMeter(requests: Histogram): Metrics['answered'] {
  const series = new Map<string, ReturnType<typeof requests.labels>>()
  return ({ dialect, route, method, status, seconds }) => {
    const key = `${dialect} ${route} ${method} ${status}`
    let one = series.get(key)
    if (one === undefined) {
      one = requests.labels(dialect, route, method, String(status))
      series.set(key, one)
    }
    one.observe(seconds)
  }
}

const METRICS: OperationDescription = {
  operationId: 'getMetrics',
  summary: 'Metrics of the instance, in the text format of Prometheus',
  answers: {
    200: {
      description: 'All metrics',
      content: { 'text/plain': Type.String({ examples: ['waybill_ledger_size 128\n'] }) },
    },
  },
}

/**
 * `GET /metrics`.
 *
 * @param directory of the tokens that may read them; absent when everyone may.
 */
export function registerMetrics(
  scope: FastifyInstance,
  metrics: Metrics,
  directory: Directory | undefined,
): void {
  const options = {
    config: { operations: [{ ...METRICS, isPublic: directory === undefined }] },
    onRequest: directory === undefined ? [] : [authenticated(directory, METRICS_READERS)],
  }
  scope.get('/metrics', options, async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.text()),
  )
}

/**
 * The least scopes suffice, so that a scraper's token can do no more than read the ledger's size.
 */
const METRICS_READERS: Requirement = {
  scopes: ['ledger:read', 'admin'],
  may: (principal) => principal.tenant === null && mayAdminister(principal),
}

/** Counts the requests of a scope as those of one dialect. */
export function countRequests(scope: FastifyInstance, metrics: Metrics, dialect: string): void {
  scope.addHook('onResponse', (request, reply, done) => {
    metrics.answered({
      dialect,
      route: request.routeOptions.url ?? 'none',
      method: request.method,
      status: reply.statusCode,
      seconds: reply.elapsedTime / 1000,
    })
    done()
  })
}

function registerLedgerGauges(registers: Registry[], ledger: Pick<Ledger, 'status'>): void {
  new Gauge({
    name: 'waybill_ledger_size',
    help: 'Events in the ledger of this instance',
    registers,
    collect() {
      this.set(ledger.status().size)
    },
  })
  new Gauge({
    name: 'waybill_ledger_contradiction',
    help: '1 when the stored events did not match the ledger at start, else 0',
    registers,
    collect() {
      this.set(ledger.status().contradiction === undefined ? 0 : 1)
    },
  })
  new Gauge({
    name: 'waybill_ledger_read_only',
    help: '1 while the ledger is read-only, since writing would contradict its checkpoints, else 0',
    registers,
    collect() {
      this.set(ledger.status().readOnly === undefined ? 0 : 1)
    },
  })
  new Gauge({
    name: 'waybill_append_queue_events',
    help: 'Events waiting to be accepted',
    registers,
    collect() {
      this.set(ledger.status().queuedEvents)
    },
  })
  new Gauge({
    name: 'waybill_index_behind_events',
    help: 'Accepted events that are not yet in the store',
    registers,
    collect() {
      this.set(ledger.status().behind.events)
    },
  })
  new Gauge({
    name: 'waybill_index_behind_bytes',
    help: 'Bytes of the accepted events that are not yet in the store',
    registers,
    collect() {
      this.set(ledger.status().behind.bytes)
    },
  })
  new Gauge({
    name: 'waybill_index_behind_seconds',
    help: 'Age of the oldest accepted event that is not yet in the store',
    registers,
    collect() {
      this.set(ledger.status().behind.seconds)
    },
  })
  new Gauge({
    name: 'waybill_journal_bytes',
    help: 'Disk space used by the journal',
    registers,
    collect() {
      this.set(ledger.status().journalBytes)
    },
  })
}

function registerSkipCounter(registers: Registry[], counts: () => readonly SkipCount[]): void {
  new Counter({
    name: 'waybill_skipped_events_total',
    help: 'Events of sources and collectors that a rule of sources.skip skipped',
    labelNames: ['source', 'rule'],
    registers,
    collect() {
      this.reset()
      for (const { source, rule, events } of counts()) this.inc({ source, rule }, events)
    },
  })
}

function appendMeter(registers: Registry[]): Metrics['measured'] {
  const accepted = new Counter({
    name: 'waybill_events_accepted_total',
    help: 'Events stored',
    registers,
  })
  const duplicates = new Counter({
    name: 'waybill_events_duplicate_total',
    help: 'Events that were stored before and sent again',
    registers,
  })
  const refused = new Counter({
    name: 'waybill_events_refused_total',
    help: 'Events that the ledger rejected, by error code',
    labelNames: ['code'],
    registers,
  })
  const duration = new Histogram({
    name: 'waybill_append_duration_seconds',
    help: 'Time from passing events to the ledger until they are durable',
    buckets: DURATION_BUCKETS,
    registers,
  })
  return (append) => async (request) => {
    const begin = performance.now()
    try {
      const result = await append(request)
      duration.observe((performance.now() - begin) / 1000)
      if (!result.replayed) accepted.inc(result.accepted)
      duplicates.inc(result.replayed ? result.accepted : result.duplicates)
      return result
    } catch (error) {
      const code = error instanceof Fault ? error.code : 'internal.fault'
      refused.inc({ code }, request.drafts.length)
      throw error
    }
  }
}
