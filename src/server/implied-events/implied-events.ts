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

/** Longest time for the queries about one delivery, ms; a registry waits five seconds. */
export const LOOKUP_MS_MAX = 3000
/** How long the store is not queried after it did not answer in time, ms. */
const LOOKUP_REST_MS = 10_000

/** What deriving events from pushes needs. */
export interface ImpliedEventServices {
  readonly append: Append
  readonly events: Pick<EventReader, 'page'>
  readonly metrics: Pick<Metrics, 'pushesNotCompared'>
  readonly log: Pick<FastifyBaseLogger, 'warn'>
  /** Whether an event is recorded; absent when all are. */
  readonly isRecorded?: ((event: NewEvent, source: SourceName) => boolean) | undefined
}

/**
 * Adds the events that a registry's pushes imply but the registry does not report: a moved tag
 * (`tag.move`), and the first push to a repository (`repository.create`). A push implies at most
 * one event, which is stored together with the push.
 *
 * A tag's earlier digest comes from memory, else from the store: from the newest event before the
 * push. Deliveries to one repository are stored one at a time. When the store does not answer, a
 * push is stored alone and counted.
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

  /**
   * Stores events and the events that they imply, at most as many again. Rejects as `Append` does.
   */
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
      // They may have been stored nevertheless.
      for (const { tag } of reports) if (tag !== undefined) this.#memory.forgetTag(tag.key)
      throw error
    } finally {
      const deleted = reports.filter(({ kind }) => kind === 'repository deletion')
      this.#memory.forgetRepositories(new Set(deleted.map((report) => report.repositoryKey)))
    }
  }

  /** Combines memory and store; uses only memory when the store does not answer. */
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
    const message =
      'the store did not answer in time; events for moved tags and new repositories are missing'
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

/** The event that a report implies; it also updates the known past. */
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

/** If the repository's existence was not looked up, it stays unknown. */
function noteExistence({ kind, repositoryKey }: RegistryReport, { exists }: RegistryPast): void {
  if (exists.has(repositoryKey)) exists.set(repositoryKey, kind !== 'repository deletion')
}

/** Rejects with `query.timeout` after a time; the work continues until it checks the signal. */
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
