import type { Clock } from '../core/time/timestamp.ts'
import type { Translation } from './source.ts'

/** What takes the events of a source that is called. */
export interface CallIntake {
  /**
   * Takes what a call was translated to. It neither waits nor throws: the events are stored after
   * the answer, and what there is no room for is counted and recorded.
   */
  take(translation: Translation): void
  /**
   * Records what a call is about to do. Resolves once all of it is durable in the ledger, and at
   * once when none of it is recorded. Rejects with the fault of an append; what it refused may be
   * recorded all the same.
   */
  record(translation: Translation): Promise<void>
  /** The time of events. */
  readonly clock: Clock
  /** Told of what went wrong beside the calls. */
  trouble(error: unknown, message: string): void
}

/** A socket that a system calls. */
export interface Listening {
  /** Begins to answer. Calls that came before wait until then. */
  begin(intake: CallIntake): void
  /** Stops listening; resolves once every call was answered and handed over. */
  close(): Promise<void>
}

/**
 * A system that calls Waybill on a socket of its own and stands still until it is answered. An
 * answer may wait for the ledger, up to a limit of the source, and never for the store.
 */
export interface CalledSource {
  readonly kind: string
  /** The configured instance. */
  readonly name: string
  /** The tenant of its events; undefined for that of an installation that has one. */
  readonly tenant: string | undefined
  /**
   * Listens; it does not keep the process alive. Rejects with what the operator can do when it
   * cannot, such as another process that listens already.
   */
  listen(): Promise<Listening>
}
