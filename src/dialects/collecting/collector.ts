import type { CollectorSink } from '../../intake/sink.ts'

/** The progress of a running collector, for progress lines, the log and metrics. */
export interface CollectorReport {
  readonly accepted: number
  readonly duplicates: number
  /**
   * Entries that the vendor counts but does not return, according to the `collector.gap` events.
   */
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
  /**
   * Called with a sentence for people when the run waits for something, or when something is wrong.
   */
  trouble(message: string): void
}

/** Reads one instance of a vendor's log into the ledger. */
export interface Collector {
  /** The dialect that it reads: `quay`. */
  readonly kind: string
  /**
   * The configured instance. `kind` and `name` identify its position and the source of its events.
   */
  readonly name: string
  /** Pause between two runs, in milliseconds. */
  readonly everyMs: number
  /**
   * Reads everything new since the saved position, then returns. Retries 429 and 5xx itself;
   * rejects when that did not help, and a later run continues where this one stopped.
   */
  collect(run: CollectorRun): Promise<void>
}

/** Access to some logs was refused to the collector's credentials; the others were read. */
export class LogsRefusedError extends Error {
  /** @param refusals one line for each log; they hold no secret. */
  constructor(refusals: readonly string[], options?: ErrorOptions) {
    super(refusals.join('\n'), options)
    this.name = 'LogsRefusedError'
  }
}

/** Some logs could not be read completely; the others were read. */
export class LogsUnreadError extends Error {
  /** @param failures one line for each log; they hold no secret. */
  constructor(failures: readonly string[], options?: ErrorOptions) {
    super(failures.join('\n'), options)
    this.name = 'LogsUnreadError'
  }
}
