import type { FastifyBaseLogger } from 'fastify'
import { parseReportedEvent } from '../../core/boundary/parse-reported-event.ts'
import { Fault } from '../../core/errors.ts'
import type { Draft } from '../../core/event/draft.ts'
import type { NewEvent } from '../../core/event/new-event.ts'
import type { EventReader } from '../../core/query/query.ts'
import { inTime, LATE } from '../../core/time/in-time.ts'
import { KeyedTurns } from '../../core/turns/keyed-turns.ts'
import type { SourceName } from '../../core/values/source-name.ts'
import { inTurns } from '../../intake/take-in.ts'
import type { Append, AppendRequest, AppendResult } from '../../ledger/append/append.ts'
import type { Metrics } from '../observe/metrics.ts'
import { repositoryCreation, tagMove } from './implied-event.ts'
import { RegistryMemory } from './registry-memory.ts'
import { repositoryOfTag } from './registry-names.ts'
import { complete, type Recalled, type RegistryPast, recall } from './registry-past.ts'
import { type RegistryReport, readReport } from './registry-report.ts'

/** Most time that the questions about one delivery take, ms: a registry waits five seconds. */
export const LOOKUP_MS_MAX = 3000
/** How long the store is left alone when it did not answer in that time, ms. */
const LOOKUP_REST_MS = 10_000

/** What is needed to derive events from pushes. */
export interface ImpliedEventServices {
  readonly append: Append
  readonly events: Pick<EventReader, 'page'>
  readonly metrics: Pick<Metrics, 'pushesNotCompared'>
  readonly log: Pick<FastifyBaseLogger, 'warn'>
  /** Whether an event is to be recorded; absent: all are. */
  readonly isRecorded?: ((event: NewEvent, source: SourceName) => boolean) | undefined
}

/**
 * Adds to the pushes of a registry what they imply and the registry does not say: that a tag was
 * moved (`tag.move`), that it was the first push to a repository (`repository.create`). A push
 * implies one event at most. It is stored with the push or not at all.
 *
 * What a tag was on comes from memory, else from the store: the newest event up to the push's time.
 * Deliveries to one repository are stored one after the other. When the store does not answer, a
 * push is stored alone, and counted.
 */
export class ImpliedEvents {
  readonly #services: ImpliedEventServices
  readonly #memory = new RegistryMemory()
  readonly #turns = new KeyedTurns()
  #restsUntilMs = Number.NEGATIVE_INFINITY
  #isTroubled = false

  constructor(services: ImpliedEventServices) {
    this.#services = services
  }

  /** Stores events and what they imply: at most as many again. Rejects as `Append` does. */
  append(request: AppendRequest): Promise<AppendResult> {
    const reports = request.drafts.flatMap((draft) => readReport(draft) ?? [])
    const changes = reports.filter(({ kind }) => kind !== 'use')
    const keys = [...new Set(changes.map(({ repositoryKey }) => repositoryKey))]
    if (keys.length === 0) return this.#services.append(request)
    return this.#turns.run(keys, () => this.#appendInTurn(request, reports))
  }

  async #appendInTurn(
    request: AppendRequest,
    reports: readonly RegistryReport[],
  ): Promise<AppendResult> {
    const past = await this.#pastOf(recall(reports, this.#memory), reports)
    const implied = new Map<Draft, Draft>()
    for await (const report of inTurns(reports)) {
      const event = impliedBy(report, past)
      const draft = event === undefined ? undefined : this.#draftOf(event, report.draft)
      if (draft !== undefined) implied.set(report.draft, draft)
    }
    const drafts = request.drafts.flatMap((draft) => {
      const more = implied.get(draft)
      return more === undefined ? [draft] : [draft, more]
    })
    try {
      const result = await this.#services.append({ ...request, drafts })
      this.#keep(past)
      return result
    } catch (error) {
      // They may be stored all the same.
      for (const { tag } of reports) if (tag !== undefined) this.#memory.forgetTag(tag.key)
      throw error
    } finally {
      const deleted = reports.filter(({ kind }) => kind === 'repository deletion')
      this.#memory.forgetRepositories(new Set(deleted.map((report) => report.repositoryKey)))
    }
  }

  /** What the memory and the store know; the memory alone when the store does not answer. */
  async #pastOf(recalled: Recalled, reports: readonly RegistryReport[]): Promise<RegistryPast> {
    const { past, wantedTags, wantedRepositories, askedById } = recalled
    if (wantedTags.size + wantedRepositories.size + askedById.length === 0) return past
    try {
      const { events } = this.#services
      if (performance.now() < this.#restsUntilMs) throw new Fault('query.timeout')
      const completed = await within(LOOKUP_MS_MAX, (signal) =>
        complete(recalled, { events, signal }),
      )
      this.#isTroubled = false
      return completed
    } catch (error) {
      this.#noteTrouble(error, recalled, reports)
      for (const key of wantedTags.keys()) this.#memory.forgetTag(key)
      return past
    }
  }

  #noteTrouble(error: unknown, recalled: Recalled, reports: readonly RegistryReport[]): void {
    const { wantedTags, wantedRepositories } = recalled
    const isTimeout = error instanceof Fault && error.code === 'query.timeout'
    const isResting = performance.now() < this.#restsUntilMs
    if (isTimeout && !isResting) this.#restsUntilMs = performance.now() + LOOKUP_REST_MS
    for (const { kind, tag, repositoryKey, repository } of reports) {
      const isWanted = wantedTags.has(tag?.key ?? '') || wantedRepositories.has(repositoryKey)
      if (kind !== 'push' || !isWanted) continue
      this.#services.metrics.pushesNotCompared(repository.sourceKind, 1)
    }
    if (this.#isTroubled) return
    this.#isTroubled = true
    const message = 'the store was not asked in time what pushes imply: moved tags have no event'
    this.#services.log.warn({ err: error }, message)
  }

  #draftOf(event: NewEvent, { event: push, receivedMicros }: Draft): Draft | undefined {
    const { tenant, source } = push
    if (this.#services.isRecorded?.(event, source) === false) return undefined
    return parseReportedEvent(event, { receivedMicros, tenant, source, anyTenant: false })
  }

  #keep({ histories, exists }: RegistryPast): void {
    for (const [tag, { newest }] of histories) {
      if (newest !== undefined) this.#memory.keepTag(tag, newest)
    }
    for (const [repository, does] of exists) if (does) this.#memory.keepRepository(repository)
  }
}

/** The event that a report implies; it becomes a part of the past. */
function impliedBy(report: RegistryReport, past: RegistryPast): NewEvent | undefined {
  const { kind, draft, tag, repositoryKey, point } = report
  const isFirst = kind === 'push' && past.exists.get(repositoryKey) === false
  if (kind === 'use') {
    noteExistence(report, past)
    return undefined
  }
  if (past.repeated.has(point.eventId)) return undefined
  if (kind === 'repository deletion') {
    noteExistence(report, past)
    for (const [key, history] of past.histories) {
      if (repositoryOfTag(key) === repositoryKey) history.add(point)
    }
    return undefined
  }
  const history = past.histories.get(tag?.key ?? '')
  if (history?.has(point.eventId) === true) return undefined
  const before = history?.digestAt(point.timeMicros) ?? ''
  history?.add(point)
  noteExistence(report, past)
  if (isFirst) return repositoryCreation(draft)
  const isMove = before !== '' && point.digest !== '' && before !== point.digest
  return isMove ? tagMove(draft, before) : undefined
}

/** Of a repository whose existence was not found out it stays unknown. */
function noteExistence({ kind, repositoryKey }: RegistryReport, { exists }: RegistryPast): void {
  if (exists.has(repositoryKey)) exists.set(repositoryKey, kind !== 'repository deletion')
}

/** Rejects with `query.timeout` after a time; the work goes on until it looks at the signal. */
async function within<Answer>(
  ms: number,
  work: (signal: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  const stop = new AbortController()
  const answer = await inTime(work(stop.signal), ms)
  if (answer !== LATE) return answer
  const timeout = new Fault('query.timeout')
  stop.abort(timeout)
  throw timeout
}
