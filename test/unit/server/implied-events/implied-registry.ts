import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { Event } from '../../../../src/core/event/event.ts'
import type { EventPage, PageQuery } from '../../../../src/core/query/query.ts'
import { formatTimestamp } from '../../../../src/core/time/timestamp.ts'
import { takeIn } from '../../../../src/intake/take-in.ts'
import type { Ledger } from '../../../../src/ledger/ledger.ts'
import { openLedger } from '../../../../src/ledger/open-ledger.ts'
import { ImpliedEvents } from '../../../../src/server/implied-events/implied-events.ts'
import { createMetrics, type Metrics } from '../../../../src/server/observe/metrics.ts'
import { distributionSource } from '../../../../src/sources/distribution/source.ts'
import type { WebhookSource } from '../../../../src/sources/source.ts'
import { ArrayEventWriter } from '../../../support/array-event-writer.ts'
import { FaultyFiles } from '../../../support/faulty-files.ts'
import { StoreModel } from '../../../support/store-model.ts'

/** Second 0 of the steps, in microseconds since the epoch. */
export const START_MICROS = Date.UTC(2026, 10, 1) * 1000
/** When everything is received: after all times that are stated. */
const RECEIVED = Date.UTC(2026, 10, 2) * 1000
const SETTINGS = {
  blobEvents: true,
  userNamePrefixes: [],
  robotNamePrefixes: [],
  serviceNamePrefixes: [],
}

/** One notification: what happened to a tag, or to a digest of a repository. */
export interface Step {
  readonly id: string
  readonly registry: string
  readonly repository: string
  readonly action: 'push' | 'pull' | 'delete'
  /** Absent: by digest. */
  readonly tag?: string | undefined
  /** The digest, in short. */
  readonly digest: string
  /** Seconds after `START_MICROS`; absent: the notification has no time. */
  readonly second?: number | undefined
  readonly blob?: boolean
}

export const digestOf = (short: string) => `sha256:${short.repeat(64)}`

function notice({ id, action, repository, tag, digest, second, blob }: Step) {
  const isUntag = action === 'delete' && tag !== undefined
  return {
    id,
    action,
    ...(second !== undefined && { timestamp: formatTimestamp(START_MICROS + second * 1_000_000) }),
    target: {
      ...(!isUntag && digest !== '' && { digest: digestOf(digest) }),
      ...(blob === true && { mediaType: 'application/octet-stream' }),
      ...{ repository, tag },
    },
    request: { addr: '10.0.0.5:1', useragent: 'skopeo/1.9' },
    actor: { name: 'alice' },
  }
}

/** The way of a delivery in a server: adapter, intake, ledger. The reader is a model. */
export class Registry {
  readonly writer: ArrayEventWriter
  readonly files: FaultyFiles
  readonly ledger: Ledger
  readonly tenant: string
  readonly metrics: Metrics
  readonly warnings: unknown[] = []
  readonly asked: PageQuery[] = []
  /** What becomes of a question; undefined: it is answered. */
  trouble: () => Promise<EventPage> | undefined = () => undefined
  source: WebhookSource = distributionSource(SETTINGS)
  #implied: ImpliedEvents
  #received = RECEIVED

  /** @param tenant of its events: registries in one ledger share nothing. */
  constructor(
    { ledger, writer, files }: Pick<Registry, 'ledger' | 'writer' | 'files'>,
    tenant: string,
  ) {
    this.ledger = ledger
    this.files = files
    this.writer = writer
    this.tenant = tenant
    this.metrics = createMetrics(ledger)
    this.#implied = this.#fresh()
  }

  /** Forgets whatever is only in memory. */
  restart(): void {
    this.#implied = this.#fresh()
  }

  deliver(...steps: readonly Step[]) {
    const sourceName = steps[0]?.registry ?? 'reg1'
    const body = Buffer.from(JSON.stringify({ events: steps.map(notice) }))
    const { tenant, metrics } = this
    const delivery = { headers: {}, body, sourceName, tenant }
    this.#received += 1_000_000
    const reception = {
      ...{ receivedMicros: this.#received, tenant, anyTenant: false },
      source: { kind: 'distribution', name: sourceName },
    }
    const append = (request: Parameters<ImpliedEvents['append']>[0]) =>
      this.#implied.append(request)
    return takeIn(this.source.translate(delivery), reception, { append, metrics })
  }

  get events(): readonly Event[] {
    return this.writer.rows.map(({ event }) => event).filter(({ tenant }) => tenant === this.tenant)
  }

  /** `ACTION of PUSH: BEFORE>AFTER` of everything that was derived. */
  get implied(): readonly string[] {
    return this.events.flatMap(({ action, details, target, source }) => {
      const { derivedFrom, digestBefore } = details ?? {}
      if (derivedFrom === undefined) return []
      expect(source.eventId).toBe(`${derivedFrom}#${action}`)
      if (action !== 'tag.move') return [`${action} of ${derivedFrom}`]
      return [`${action} of ${derivedFrom}: ${short(digestBefore)}>${short(target?.digest)}`]
    })
  }

  #fresh(): ImpliedEvents {
    return new ImpliedEvents({
      append: this.ledger.append,
      events: { page: (query) => this.#page(query) },
      metrics: this.metrics,
      log: { warn: (...told: unknown[]) => void this.warnings.push(told) },
      isRecorded: (event, name) => this.source.isRecorded?.(event, name) ?? true,
    })
  }

  async #page(query: PageQuery): Promise<EventPage> {
    this.asked.push(query)
    const model = new StoreModel()
    const stored = this.events.map((event, seq) => ({ event, origin: 'test', seq }))
    model.events.push(...stored)
    await new Promise(setImmediate)
    return this.trouble() ?? model.page(query)
  }
}

const short = (digest: unknown) => String(digest).slice('sha256:'.length, 'sha256:'.length + 1)

/** Registries that deliver to one ledger, each under a tenant of its own. */
export interface Registries {
  next(): Registry
  close(): Promise<void>
}

export async function openRegistries(): Promise<Registries> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'waybill-implied-'))
  const writer = new ArrayEventWriter()
  // The reader is a model over what the store has.
  const acknowledge = 'store'
  const files = new FaultyFiles()
  const ledger = await openLedger({
    ...{ origin: 'test', writer, dataDirectory, acknowledge },
    journal: { startThread: files.start },
  })
  let count = 0
  return {
    next: () => new Registry({ ledger, writer, files }, `tenant-${count++}`),
    async close() {
      await ledger.close()
      rmSync(dataDirectory, { recursive: true })
    },
  }
}
