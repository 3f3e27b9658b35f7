import { type ErrorCode, Fault } from '../../../core/errors.ts'
import { inTime, LATE } from '../../../core/time/in-time.ts'
import type { CallIntake } from '../../called-source.ts'
import type { PluginCall } from '../plugin-server.ts'
import type { DockerAuthzSettings } from '../settings.ts'
import type { AnnouncedCall, CallReader } from './call-reader.ts'

/** Requests that are being recorded at once; a further one is denied. */
export const RECORDING_CALLS_MAX = 256

type GateSettings = Pick<DockerAuthzSettings, 'name' | 'recordMsMax'>

/** For the log. */
const NOT_RECORDED = 'a request of Docker could not be recorded'
const STOPPING = 'Waybill is stopping; try again when it is back'
const FAILED = 'Waybill failed on it'

/** What the ledger says when it refuses, in words for the user of Docker. */
const REFUSALS: Partial<Record<ErrorCode, string>> = {
  'store.unavailable': 'the ledger cannot be written, as when its disk is full',
  'ledger.overloaded': 'more events arrive than can be stored; try again in a few seconds',
  'server.stopping': STOPPING,
}

/**
 * Lets requests through once the ledger has them. What it does not take, or not in time, is denied:
 * no request is carried out without a record. Requests of which nothing is recorded, such as
 * lists and logs, never wait.
 */
export class CallGate {
  readonly #settings: GateSettings
  readonly #reader: CallReader
  readonly #begun: Promise<CallIntake>
  /** Denies each of the requests that wait. */
  readonly #waiting = new Set<(reason: string) => void>()
  #isStopped = false
  /** Requests whose record is neither durable nor refused, whether they still wait or not. */
  #recording = 0

  constructor(settings: GateSettings, reader: CallReader, begun: Promise<CallIntake>) {
    this.#settings = settings
    this.#reader = reader
    this.#begun = begun
  }

  /** Resolves with why a request is denied, or with undefined. It never rejects. */
  async admit(call: PluginCall): Promise<string | undefined> {
    const announced = this.#reader.announce(call)
    if (announced === undefined) return undefined
    const reason = await this.#recorded(announced)
    if (reason === undefined) return undefined
    announced.deny(reason)
    return this.#denial(reason)
  }

  /** Denies the requests that wait, and those that come. */
  stop(): void {
    this.#isStopped = true
    for (const deny of this.#waiting) deny(STOPPING)
  }

  /** Resolves with why a request is not recorded, or with undefined once it is. */
  async #recorded(announced: AnnouncedCall): Promise<string | undefined> {
    if (this.#isStopped) return STOPPING
    if (this.#recording >= RECORDING_CALLS_MAX) {
      const reason = `${RECORDING_CALLS_MAX} requests wait to be recorded`
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
    const reason = `the ledger did not have it within ${recordMsMax} ms`
    this.#trouble(new Error(reason))
    return reason
  }

  async #record(announced: AnnouncedCall, isGivenUp: AbortSignal): Promise<string | undefined> {
    this.#recording += 1
    try {
      const intake = await this.#begun
      const translation = await announced.pending()
      // A request that was denied meanwhile is recorded as that alone.
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

  /** Docker shows it to its user: what to do, and nothing of what was asked for. */
  #denial(reason: string): string {
    return (
      `Waybill could not record this request (${reason}), so it is not allowed. ` +
      'Requests that only read go on. Operators: see the log of Waybill and free its disk, or ' +
      `set recordBeforeAllow: false for ${this.#settings.name} in sources.dockerAuthz and ` +
      'restart it.'
    )
  }
}
