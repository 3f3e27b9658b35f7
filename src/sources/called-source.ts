import type { Clock } from '../core/time/timestamp.ts'
import type { Translation } from './source.ts'

/** Receives the events of a called source. */
export interface CallIntake {
  /**
   * Takes the translation of a call. It neither waits nor throws: events are stored after the
   * answer, and those that exceed the space are counted and recorded as a gap.
   */
  take(translation: Translation): void
  /**
   * Records what a call is about to do. Resolves once every event is durable in the ledger, or at
   * once when there is nothing to record. Rejects with the fault of the append; a refused event may
   * still have been recorded.
   */
  record(translation: Translation): Promise<void>
  /** The clock for event times. */
  readonly clock: Clock
  /** Reports a failure outside a call. */
  trouble(error: unknown, message: string): void
}

/** A socket that another system calls. */
export interface Listening {
  /** Begins to answer. Earlier calls wait until then. */
  begin(intake: CallIntake): void
  /** Stops listening; resolves once every call has been answered and its events passed on. */
  close(): Promise<void>
}

/**
 * A system that calls Waybill on a dedicated socket and blocks until it is answered. An answer may
 * wait for the ledger, up to a limit of the source, but never for the store.
 */
export interface CalledSource {
  readonly kind: string
  /** The configured instance. */
  readonly name: string
  /** The tenant of its events; undefined for the tenant of a single-tenant installation. */
  readonly tenant: string | undefined
  /**
   * Starts listening, without keeping the process alive. When it cannot, such as when another
   * process is listening already, it rejects with an error that says what the operator can do.
   */
  listen(): Promise<Listening>
}
