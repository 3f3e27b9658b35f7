import { LogsRefusedError, LogsUnreadError } from './collector.ts'
import { VendorError } from './vendor-error.ts'

/** The logs of a run that could not be read. A failure does not stop the reading of other logs. */
export class LogFailures {
  readonly #refusals: string[] = []
  readonly #failures: string[] = []

  /**
   * Notes a failure of a vendor's server for one log.
   *
   * @param name of the log, for people.
   *
   * @throws the error itself when it is not a VendorError.
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
