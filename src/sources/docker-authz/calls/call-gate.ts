import { type ErrorCode, Fault } from '../../../core/errors.ts'
import { inTime, LATE } from '../../../core/time/in-time.ts'
import type { CallIntake } from '../../called-source.ts'
import type { PluginCall } from '../plugin-server.ts'
import type { DockerAuthzSettings } from '../settings.ts'
import type { AnnouncedCall, CallReader } from './call-reader.ts'

/** Most requests being recorded at once; further ones are denied. */
export const RECORDING_CALLS_MAX = 256

type GateSettings = Pick<DockerAuthzSettings, 'name' | 'recordMsMax'>

/** Log message. */
const NOT_RECORDED = 'a Docker request could not be recorded'
const STOPPING = 'Waybill is shutting down; try again once it is back'
const FAILED = 'internal error'

/** The ledger's refusals, in words for the Docker user. */
const REFUSALS: Partial<Record<ErrorCode, string>> = {
  'store.unavailable': 'the ledger cannot be written; its disk may be full',
  'ledger.overloaded': 'too many events are arriving; try again in a few seconds',
  'server.stopping': STOPPING,
}

/**
 * Lets a request through once it is durable in the ledger. A request that the ledger rejects, or
 * does not store in time, is denied: nothing is carried out without a record. Requests that are not
 * recorded, such as lists and logs, never wait.
 */
export class CallGate {
  readonly #settings: GateSettings
  readonly #reader: CallReader
  readonly #begun: Promise<CallIntake>
  /** Callbacks that deny the waiting requests. */
  readonly #waiting = new Set<(reason: string) => void>()
  #isStopped = false
  /** Requests whose record is neither durable nor refused, whether they still wait or not. */
  #recording = 0

  constructor(settings: GateSettings, reader: CallReader, begun: Promise<CallIntake>) {
    this.#settings = settings
    this.#reader = reader
    this.#begun = begun
  }

  /** Resolves with the reason for a denial, or with undefined when allowed. Never rejects. */
  async admit(call: PluginCall): Promise<string | undefined> {
    const announced = this.#reader.announce(call)
    if (announced === undefined) return undefined
    const reason = await this.#recorded(announced)
    if (reason === undefined) return undefined
    announced.deny(reason)
    return this.#denial(reason)
  }

  /** Denies all waiting and all further requests. */
  stop(): void {
    this.#isStopped = true
    for (const deny of this.#waiting) deny(STOPPING)
  }

  /** Resolves with the reason why a request is not recorded, or with undefined once it is. */
  async #recorded(announced: AnnouncedCall): Promise<string | undefined> {
    if (this.#isStopped) return STOPPING
    if (this.#recording >= RECORDING_CALLS_MAX) {
      const reason = `${RECORDING_CALLS_MAX} requests are already waiting to be recorded`
      this.#trouble(new Error(reason))
      return reason
    }
    const { recordMsMax } = this.#settings
    const wait = new AbortController()
    const waiting = new Promise<string | undefined>((resolve) => {
      this.#waiting.add(resolve)
      wait.signal.addEventListener('abort', () => this.#waiting.delete(resolve))
      void this.#record(announced, wait.signal).then(resolve)
    })
    const ended = await inTime(waiting, recordMsMax)
    wait.abort()
    if (ended !== LATE) return ended
    const reason = `the ledger did not store it within ${recordMsMax} ms`
    this.#trouble(new Error(reason))
    return reason
  }

  async #record(announced: AnnouncedCall, isGivenUp: AbortSignal): Promise<string | undefined> {
    this.#recording += 1
    try {
      const intake = await this.#begun
      const translation = await announced.pending()
      // A request that was denied in the meantime is recorded only as denied.
      if (!isGivenUp.aborted) await intake.record(translation)
      return undefined
    } catch (error) {
      this.#trouble(error)
      return error instanceof Fault ? (REFUSALS[error.code] ?? FAILED) : FAILED
    } finally {
      this.#recording -= 1
    }
  }

  #trouble(error: unknown): void {
    void this.#begun.then(({ trouble }) => trouble(error, NOT_RECORDED))
  }

  /** Docker shows this to its user: it says what to do and repeats nothing of the request. */
  #denial(reason: string): string {
    return (
      `Waybill could not record this request (${reason}), so it was denied. ` +
      'Read-only requests still work. Operators: check the log of Waybill and free disk space, ' +
      `or set recordBeforeAllow: false for ${this.#settings.name} in sources.dockerAuthz and ` +
      'restart Waybill.'
    )
  }
}
