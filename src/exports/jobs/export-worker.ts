import type { RecordTable } from '../../access/records/record-table.ts'
import { cutText } from '../../core/cut-text.ts'
import { Fault } from '../../core/errors.ts'
import type { StoredEvent } from '../../core/event/event.ts'
import type { EventReader } from '../../core/query/query.ts'
import { doubling, retry } from '../../core/retry.ts'
import type { Clock } from '../../core/time/timestamp.ts'
import type { LedgerCheckpoints } from '../../ledger/checkpoint/ledger-checkpoints.ts'
import type { Courier } from '../delivery/courier.ts'
import { documentPieces } from '../document-pieces.ts'
import { EventSpool } from '../evidence/event-spool.ts'
import { spooledArchive } from '../evidence/evidence-archive.ts'
import { type ExportFiles, proofsOf } from '../export-files.ts'
import type { ExportForm } from '../export-form.ts'
import {
  FIRST_PAUSE_MS,
  PROBLEM_LENGTH_MAX,
  RUN_PAUSE_MS_MAX,
  RUNS_MAX,
  STORE_PAUSE_MS_MAX,
  SWEEP_EVERY_MS,
} from '../limits.ts'
import type { Delivery, ExportJob } from './export-job.ts'
import {
  type DueDelivery,
  deliveryName,
  filesToRemove,
  fileToEvict,
  jobsToForget,
  planWork,
  type WorkPlan,
} from './job-order.ts'
import { Wakeup } from './wakeup.ts'

/** The log of the worker. */
export interface ExportLog {
  info(fields: object, text: string): void
  warn(fields: object, text: string): void
}

/** What a worker needs. */
export interface ExportWorkerOptions {
  readonly jobs: RecordTable<ExportJob>
  readonly files: ExportFiles
  readonly courier: Courier
  readonly events: Pick<EventReader, 'stream'>
  readonly forms: ReadonlyMap<string, ExportForm>
  readonly clock: Clock
  readonly linkSeconds: number
  readonly filesBytesMax: number
  /** How to prove the events of each file; undefined when that is not wanted. */
  readonly proofs?:
    | { readonly directory: string; readonly checkpoints: LedgerCheckpoints | undefined }
    | undefined
  /** Why the requester may no longer have an export; see export-rights.ts. */
  readonly lostRight: (job: ExportJob) => string | undefined
  /** Records that an export was canceled for such a reason; durable once it resolves. */
  readonly recordCanceled: (job: ExportJob, reason: string) => Promise<void>
}

/**
 * Runs exports and delivers notifications; one worker for each instance.
 *
 * A run that is interrupted by a stop or a crash is started again. A delivery that was made and
 * recorded is never repeated. A failure of one export does not affect the others.
 */
export class ExportWorker {
  readonly wakeup = new Wakeup()
  readonly #options: ExportWorkerOptions
  readonly #runs = new Map<string, ExportJob>()
  readonly #deliveries = new Set<string>()
  readonly #going = new Set<Promise<void>>()
  /** Entries and bytes of running exports. */
  readonly #written = new Map<string, { entries: number; bytes: number }>()

  constructor(options: ExportWorkerOptions) {
    this.#options = options
  }

  /** Entries that a running export has written so far. */
  entriesOf(id: string): number | undefined {
    return this.#written.get(id)?.entries
  }

  /** Works until the signal aborts, and resolves when nothing is running. */
  async run(log: ExportLog, signal: AbortSignal): Promise<void> {
    const { jobs, clock, files } = this.#options
    const kept = jobs.all().filter(({ hasFile }) => hasFile)
    await files.prepare(new Set(kept.map(({ fileName }) => fileName)))
    let sweptMicros = 0
    while (!signal.aborted) {
      if (clock() - sweptMicros >= SWEEP_EVERY_MS * 1000) {
        sweptMicros = clock()
        this.#start(this.#sweep(), log)
      }
      const { nextMicros } = this.#startDue(log, signal)
      const waitMs = Math.min(SWEEP_EVERY_MS, Math.max(1, (nextMicros - clock()) / 1000))
      await this.wakeup.wait(waitMs, signal)
    }
    await Promise.all(this.#going)
  }

  #startDue(log: ExportLog, signal: AbortSignal): WorkPlan {
    const { jobs, clock } = this.#options
    const going = { runs: this.#runs, deliveries: this.#deliveries }
    const plan = planWork(jobs.all(), going, clock())
    for (const job of plan.exports) {
      this.#runs.set(job.id, job)
      const run = this.#runExport(job, log, signal).finally(() => this.#runs.delete(job.id))
      this.#start(run, log)
    }
    for (const due of plan.deliveries) {
      const name = deliveryName(due)
      this.#deliveries.add(name)
      const delivery = this.#deliver(due, log, signal).finally(() => this.#deliveries.delete(name))
      this.#start(delivery, log)
    }
    return plan
  }

  #start(work: Promise<void>, log: ExportLog): void {
    const going = work
      .catch((error: unknown) => log.warn({ err: error }, 'export failed unexpectedly'))
      .finally(() => {
        this.#going.delete(going)
        this.wakeup.wake()
      })
    this.#going.add(going)
  }

  async #runExport(job: ExportJob, log: ExportLog, signal: AbortSignal): Promise<void> {
    const { jobs, clock } = this.#options
    const change = (to: (job: ExportJob) => ExportJob) =>
      untilStored(() => jobs.change(job.id, to), signal)
    const lost = this.#options.lostRight(job)
    if (lost !== undefined) return this.#cancel(job, lost, { log, signal })
    const runs = job.runs + 1
    await change((kept) => ({ ...kept, status: 'running', runs, startedMicros: clock() }))
    const ended = await this.#write(job, signal).catch((error: unknown) => ({ error }))
    const entries = this.entriesOf(job.id) ?? 0
    this.#written.delete(job.id)
    if (!('error' in ended)) {
      await change(({ problem: _problem, ...kept }) => ({
        ...finished(kept, 'success', clock()),
        entries,
        ...ended,
        hasFile: true,
      }))
      log.info({ export: job.id, entries, bytes: ended.bytes }, 'export written')
    } else if (signal.aborted) {
      // Being stopped does not count as a failed run.
      await jobs.change(job.id, (kept) => ({ ...kept, status: 'queued', runs: job.runs }))
    } else {
      const { error } = ended
      log.warn({ err: error, export: job.id, runs }, 'export failed')
      await change((kept) => afterFailedRun({ ...kept, problem: problemOf(error) }, error, clock()))
    }
  }

  async #write(job: ExportJob, signal: AbortSignal): Promise<Written> {
    const { events, files, forms, proofs } = this.#options
    const form = forms.get(job.form)
    if (form === undefined) throw new Error(`unknown export form ${job.form}`)
    if (job.runs >= RUNS_MAX) throw new Error(`interrupted ${RUNS_MAX} times`)
    const written = { entries: 0, bytes: 0 }
    this.#written.set(job.id, written)
    const spool = proofs === undefined ? undefined : await EventSpool.open(proofs.directory)
    const onEvents = async (some: readonly StoredEvent[]) =>
      await spool?.writeEvents(some.filter(({ origin }) => origin === job.origin))
    const { document } = form
    const pieces = documentPieces({ job, document, events, signal, onEvents }, (entries) => {
      written.entries = entries
    })
    try {
      const bytes = await files.write(job.fileName, this.#counted(pieces, written))
      if (proofs === undefined || spool === undefined) return { bytes }
      if (proofs.checkpoints === undefined) throw new Fault('ledger.read-only')
      const archive = this.#counted(spooledArchive(spool, proofs.checkpoints), written)
      return { bytes, proofBytes: await files.write(proofsOf(job.fileName), archive) }
    } catch (error) {
      await files.remove(job.fileName)
      throw error
    } finally {
      await spool?.close()
    }
  }

  async *#counted<Piece extends string | Uint8Array>(
    pieces: AsyncIterable<Piece>,
    written: { bytes: number },
  ): AsyncGenerator<Piece> {
    for await (const piece of pieces) {
      written.bytes += Buffer.byteLength(piece)
      await this.#makeRoom(this.#options.filesBytesMax)
      yield piece
    }
  }

  /** Removes files whose links have expired until the rest is within the limit. */
  async #makeRoom(bytesMax: number): Promise<void> {
    const { jobs, clock, linkSeconds } = this.#options
    while (this.#bytesUsed() > bytesMax) {
      const evicted = fileToEvict(jobs.all(), linkSeconds, clock())
      if (evicted === undefined) throw new NoRoom(bytesMax)
      await this.#removeFile(evicted)
    }
  }

  #bytesUsed(): number {
    const kept = this.#options.jobs.all().filter(({ hasFile }) => hasFile)
    const sizes = [
      ...kept.map(({ bytes, proofBytes = 0 }) => bytes + proofBytes),
      ...[...this.#written.values()].map(({ bytes }) => bytes),
    ]
    return sizes.reduce((sum, bytes) => sum + bytes, 0)
  }

  async #deliver(due: DueDelivery, log: ExportLog, signal: AbortSignal): Promise<void> {
    const { jobs, courier } = this.#options
    const { job } = due
    const lost = this.#options.lostRight(job)
    if (lost !== undefined) return this.#cancel(job, lost, { log, signal })
    const delivery = await courier.attempt(due, signal)
    // Interrupted by a stop; it does not count as an attempt.
    if (delivery === undefined) return
    const { channel, status, attempts, problem } = delivery
    const about = { export: job.id, channel, attempts, problem }
    if (status === 'delivered') log.info(about, 'export notification delivered')
    else log.warn(about, 'export notification failed')
    const replaced = (kept: Delivery) => (kept.channel === channel ? delivery : kept)
    await untilStored(
      () => jobs.change(job.id, (kept) => ({ ...kept, deliveries: kept.deliveries.map(replaced) })),
      signal,
    )
  }

  /**
   * Cancels an export whose requester lost the right to it: no file, no link, no further attempt.
   */
  async #cancel(
    { id }: ExportJob,
    reason: string,
    { log, signal }: { readonly log: ExportLog; readonly signal: AbortSignal },
  ): Promise<void> {
    const { jobs, clock, files, recordCanceled } = this.#options
    const job = jobs.all().find((one) => one.id === id)
    // Another of its deliveries may have canceled it already.
    if (job === undefined || job.status === 'canceled') return
    await untilStored(() => recordCanceled(job, reason), signal)
    await untilStored(() => jobs.change(id, (kept) => canceled(kept, reason, clock())), signal)
    if (job.hasFile) await files.remove(job.fileName)
    log.warn({ export: id, reason }, 'export canceled')
  }

  async #sweep(): Promise<void> {
    const { jobs, clock } = this.#options
    for (const job of filesToRemove(jobs.all(), clock())) await this.#removeFile(job)
    for (const job of jobsToForget(jobs.all(), clock())) {
      if (job.hasFile) await this.#removeFile(job)
      await jobs.remove(job.id)
    }
  }

  /** The record is changed first, because a file without a record is removed at the next start. */
  async #removeFile({ id, fileName }: ExportJob): Promise<void> {
    const { jobs, files } = this.#options
    await jobs.change(id, (job) => ({ ...job, hasFile: false }))
    await files.remove(fileName)
  }
}

/**
 * Repeats a change of the records while the store cannot accept it. When the signal aborts, it
 * tries a last time.
 */
function untilStored(change: () => Promise<void>, signal: AbortSignal): Promise<void> {
  const pause = doubling(FIRST_PAUSE_MS, STORE_PAUSE_MS_MAX)
  return retry(change, { pause, signal }).catch(change)
}

/** Sizes of the files of a run that ended well. */
interface Written {
  readonly bytes: number
  readonly proofBytes?: number
}

/** The files take up all the space that they may use. */
class NoRoom extends Error {
  constructor(bytesMax: number) {
    super(`export files would exceed ${bytesMax} bytes`)
    this.name = 'NoRoom'
  }
}

function finished(job: ExportJob, status: 'success' | 'failed', nowMicros: number): ExportJob {
  return {
    ...job,
    status,
    finishedMicros: nowMicros,
    deliveries: job.deliveries.map((one) => ({ ...one, nextAttemptMicros: nowMicros })),
  }
}

function canceled(job: ExportJob, reason: string, nowMicros: number): ExportJob {
  const deliveries = job.deliveries.map((one) =>
    one.status === 'waiting' ? { ...one, status: 'failed' as const, problem: reason } : one,
  )
  return {
    ...{ ...job, status: 'canceled', problem: reason, hasFile: false, deliveries },
    finishedMicros: job.finishedMicros ?? nowMicros,
  }
}

function afterFailedRun(job: ExportJob, error: unknown, nowMicros: number): ExportJob {
  if (error instanceof NoRoom || job.runs >= RUNS_MAX) return finished(job, 'failed', nowMicros)
  const pauseMs = doubling(FIRST_PAUSE_MS, RUN_PAUSE_MS_MAX)(job.runs)
  return { ...job, status: 'queued', nextRunMicros: nowMicros + pauseMs * 1000 }
}

/** The description of a failure for users who may see the export. */
function problemOf(error: unknown): string {
  const isShown = error instanceof Fault || error instanceof NoRoom
  return isShown ? cutText(error.message, PROBLEM_LENGTH_MAX) : 'see the log of the server'
}
