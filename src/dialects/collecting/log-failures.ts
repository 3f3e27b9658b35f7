import { LogsRefusedError, LogsUnreadError } from './collector.ts'
import { VendorError } from './vendor-error.ts'

/** The logs of a run that could not be read. A failure does not end the reading of the others. */
export class LogFailures {
  readonly #refusals: string[] = []
  readonly #failures: string[] = []

  /**
   * Notes what a vendor's server did instead of answering a log.
   *
   * @param name of the log, for people.
   * @throws error itself when it is not a vendor's.
   */
  add(name: string, error: unknown): VendorError {
    if (!(error instanceof VendorError)) throw error
    const line = error.message.startsWith(`${name}:`) ? error.message : `${name}: ${error.message}`
    if (error.isRefusal) this.#refusals.push(line)
    else this.#failures.push(line)
    return error
  }

  /** @throws LogsUnreadError or, when all failures are refusals, LogsRefusedError. */
  throwIfAny(): void {
    if (this.#failures.length > 0) throw new LogsUnreadError([...this.#failures, ...this.#refusals])
    if (this.#refusals.length > 0) throw new LogsRefusedError(this.#refusals)
  }
}
