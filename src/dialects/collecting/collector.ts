import type { CollectorSink } from '../../intake/sink.ts'

/** What a collector says while it runs, for progress, the log and metrics. */
export interface CollectorReport {
  readonly accepted: number
  readonly duplicates: number
  /** Entries that the vendor counts but does not answer, by the `collector.gap` events. */
  readonly missing?: number
  /** `collector.gap` events that this run stored. */
  readonly gaps?: number
  /** What is being read, for people: `organization acme, 2024-06-18`. */
  readonly at: string
}

/** What a run of a collector may use. */
export interface CollectorRun {
  readonly sink: CollectorSink
  readonly signal: AbortSignal
  /** Called after every append, with the totals of this run. */
  report(report: CollectorReport): void
  /** Called with a sentence for people when something is waited for, or is not as it should be. */
  trouble(message: string): void
}

/** Reads one instance of a vendor's log into the ledger. */
export interface Collector {
  /** The dialect it reads: `quay`. */
  readonly kind: string
  /** The configured instance; with `kind` the name of its position and of its events' source. */
  readonly name: string
  /** Pause between two runs, in milliseconds. */
  readonly everyMs: number
  /**
   * Reads everything that is new since the saved position, then returns. Waits out 429 and 5xx
   * itself; rejects when that did not help, and a later run goes on where this one ended.
   */
  collect(run: CollectorRun): Promise<void>
}

/** Some logs were refused to the collector's credentials; the others were read. */
export class LogsRefusedError extends Error {
  /** @param refusals one line for each log; they hold no secret. */
  constructor(refusals: readonly string[], options?: ErrorOptions) {
    super(refusals.join('\n'), options)
    this.name = 'LogsRefusedError'
  }
}

/** Some logs could not be read to their end; the others were read. */
export class LogsUnreadError extends Error {
  /** @param failures one line for each log; they hold no secret. */
  constructor(failures: readonly string[], options?: ErrorOptions) {
    super(failures.join('\n'), options)
    this.name = 'LogsUnreadError'
  }
}
