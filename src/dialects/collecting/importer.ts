import type { CollectorSink } from '../../intake/sink.ts'
import type { CollectorReport } from './collector.ts'

/** What to import, and under which name. */
export interface ImportRequest {
  /** Name of the instance, which with the dialect is the source of every event. */
  readonly name: string
  /** Tenant of the events; undefined for that of the credentials used. */
  readonly tenant: string | undefined
  /** URL of the vendor's database, which may contain a password; undefined to read none. */
  readonly database: string | undefined
  /** Files to which the vendor archived its log, in any order. */
  readonly archives: readonly string[]
  /** File with the names for the ids in `archives`. */
  readonly namesFile: string | undefined
  /** Start of the imported time range, in microseconds since the epoch; undefined for no start. */
  readonly fromMicros: number | undefined
  /**
   * End (exclusive) of the imported time range, in microseconds since the epoch; undefined for no
   * end.
   */
  readonly toMicros: number | undefined
}

/** The progress of a running importer. */
export interface ImportReport extends Omit<CollectorReport, 'missing'> {
  /** The completed share of the work, from 0 to 1; undefined while unknown. */
  readonly share: number | undefined
}

/** What a run of an importer may use. */
export interface ImportRun {
  readonly sink: CollectorSink
  readonly signal: AbortSignal
  /** Called after every append, with the totals of this run. */
  report(report: ImportReport): void
  /**
   * Called with a sentence for people when the run waits for something, or when something is wrong.
   */
  warn(message: string): void
}

/** The result of an import. */
export interface ImportTotals {
  readonly accepted: number
  readonly duplicates: number
  /** Included above: events with a part of their content as plain text, because it is not valid. */
  readonly keptAsText: number
  /** Included above: events with only the beginning of a content that exceeds a limit. */
  readonly cut: number
  /** Included above: events with the time of the import, because that of the row is unreadable. */
  readonly untimed: number
  /** Included above: events whose row has something other than an address in its place. */
  readonly addressesAsSent: number
  /** Included above: dead letters for rows that cannot become events. */
  readonly deadLetters: number
  /** One line for each file that could not be read completely; the others were. */
  readonly damages: readonly string[]
  /** Rows that were skipped: outside the time range, or known to be read before. */
  readonly skipped: number
}

/** Reads what a vendor's product stored into the ledger, once, as `Collector` does over its API. */
export interface Importer {
  /** The dialect that it reads: `quay`. */
  readonly kind: string
  readonly name: string
  /**
   * Reads everything after the saved position, then returns. It may be stopped at any time: the
   * next run continues where this one stopped, and events that are read again are recognized.
   *
   * @throws ImportError when it cannot continue.
   */
  import(run: ImportRun): Promise<ImportTotals>
}

/** @throws ImportError when the request cannot be carried out as stated. */
export type OpenImporter = (request: ImportRequest) => Promise<Importer>

/** An import cannot continue: one line for people, which never contains a password. */
export class ImportError extends Error {
  /** What to do about it, as a phrase. */
  readonly hint: string | undefined

  constructor(message: string, options: ErrorOptions & { readonly hint?: string } = {}) {
    super(message, options)
    this.name = 'ImportError'
    this.hint = options.hint
  }
}
