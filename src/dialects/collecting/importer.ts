import type { CollectorSink } from '../../intake/sink.ts'
import type { CollectorReport } from './collector.ts'

/** What is to be imported, and as what. */
export interface ImportRequest {
  /** Name of the instance: with the dialect it is the source of every event. */
  readonly name: string
  /** Tenant of the events; undefined: that of the credentials they are sent with. */
  readonly tenant: string | undefined
  /** URL of the vendor's database; undefined: none is read. May hold a password. */
  readonly database: string | undefined
  /** Files that the vendor archived its log to; their order does not matter. */
  readonly archives: readonly string[]
  /** File that says what the ids in `archives` stand for. */
  readonly namesFile: string | undefined
  /** First time that is imported, in microseconds since the epoch; undefined: any. */
  readonly fromMicros: number | undefined
  /** End (exclusive) of what is imported, in microseconds since the epoch; undefined: none. */
  readonly toMicros: number | undefined
}

/** What an importer says while it runs. */
export interface ImportReport extends Omit<CollectorReport, 'missing'> {
  /** How much of everything is done, from 0 to 1; undefined while that is not known. */
  readonly share: number | undefined
}

/** What a run of an importer may use. */
export interface ImportRun {
  readonly sink: CollectorSink
  readonly signal: AbortSignal
  /** Called after every append, with the totals of this run. */
  report(report: ImportReport): void
  /** Called with a sentence for people when something is waited for, or is not as it should be. */
  warn(message: string): void
}

/** What became of everything that was read. */
export interface ImportTotals {
  readonly accepted: number
  readonly duplicates: number
  /** Of those: events that hold a part of their content as plain text, since it is not valid. */
  readonly keptAsText: number
  /** Of those: events that hold the beginning of a content that is over a limit. */
  readonly cut: number
  /** Of those: events with the time of the import, since that of the row cannot be read. */
  readonly untimed: number
  /** Of those: events whose row has something in place of an address that is no address. */
  readonly addressesAsSent: number
  /** Of those: dead letters, which hold rows that no event can be made of. */
  readonly deadLetters: number
  /** One line for each file that could not be read to its end; the others were. */
  readonly damages: readonly string[]
  /** Rows that were left alone: outside of the time range, or known to be read before. */
  readonly skipped: number
}

/** Reads what a vendor's product kept into the ledger, once, as `Collector` does over its API. */
export interface Importer {
  /** The dialect it reads: `quay`. */
  readonly kind: string
  readonly name: string
  /**
   * Reads everything after the saved position, then returns. It may be stopped at any moment: the
   * next run goes on where this one ended, and what is read again is recognised.
   *
   * @throws ImportError when it cannot go on.
   */
  import(run: ImportRun): Promise<ImportTotals>
}

/** @throws ImportError when the request cannot be carried out as it is. */
export type OpenImporter = (request: ImportRequest) => Promise<Importer>

/** An import cannot go on: one line for people, which never holds a password. */
export class ImportError extends Error {
  /** What to do about it, as a phrase. */
  readonly hint: string | undefined

  constructor(message: string, options: ErrorOptions & { readonly hint?: string } = {}) {
    super(message, options)
    this.name = 'ImportError'
    this.hint = options.hint
  }
}
