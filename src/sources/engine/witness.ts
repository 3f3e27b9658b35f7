import { repeat } from '../../core/retry.ts'
import type { EngineClient } from './client/engine-client.ts'

/** How long a connection must have lasted for the next one to follow soon, in milliseconds. */
const LASTED_MS_MIN = 1_000
/** Pause before the next connection after one that lasted, in milliseconds. */
const PAUSE_MS = 250
/** Pause after a connection that did not last, as the engine is probably down, in milliseconds. */
const PAUSE_AWAY_MS = 30_000

interface Span {
  readonly openedAtMs: number
  /** Absent while it is open. */
  readonly closedAtMs?: number
}

/**
 * A second connection to an engine that had no event yet. When a proxy cuts the first one, nothing
 * shows whether the engine was restarted meanwhile and lost events. A restart ends both
 * connections, so one that stayed open proves that there was none.
 */
export class Witness {
  readonly #client: Pick<EngineClient, 'witness'>
  #attending: AbortController | undefined
  #firstEndedAtMs = Number.NEGATIVE_INFINITY
  /** The latest connections, oldest first. */
  #spans: readonly Span[] = []

  constructor(client: Pick<EngineClient, 'witness'>) {
    this.#client = client
  }

  /** Keeps a connection open until `signal` aborts or `dismiss` is called. */
  attend(signal: AbortSignal): void {
    if (this.#attending !== undefined && !this.#attending.signal.aborted) return
    const attending = new AbortController()
    this.#attending = attending
    void this.#keep(AbortSignal.any([signal, attending.signal]))
  }

  dismiss(): void {
    this.#attending?.abort()
    this.#attending = undefined
  }

  /** Records that the first connection, which has shown every event so far, ended. */
  firstEnded(): void {
    this.#firstEndedAtMs = performance.now()
  }

  /**
   * Whether this connection was open from before the end of the first one until `untilMs`, a time
   * of `performance.now()`.
   */
  saw(untilMs: number): boolean {
    return this.#spans.some(
      ({ openedAtMs, closedAtMs }) =>
        openedAtMs < this.#firstEndedAtMs && (closedAtMs === undefined || closedAtMs > untilMs),
    )
  }

  #keep(signal: AbortSignal): Promise<void> {
    const connect = async (failures: number) => {
      const openedAtMs = performance.now()
      this.#spans = [...this.#spans.slice(-1), { openedAtMs }]
      await this.#client.witness(signal).catch(() => undefined)
      const closedAtMs = performance.now()
      this.#spans = [...this.#spans.slice(0, -1), { openedAtMs, closedAtMs }]
      return closedAtMs - openedAtMs >= LASTED_MS_MIN ? 0 : failures + 1
    }
    return repeat(connect, (failures) => (failures === 0 ? PAUSE_MS : PAUSE_AWAY_MS), signal)
  }
}
