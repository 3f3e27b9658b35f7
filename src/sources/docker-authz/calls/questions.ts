import { dropOldest } from '../../../core/drop-oldest.ts'

/** Questions that the daemon is asked at once; a further one is not asked. */
const QUESTIONS_MAX = 64
/** Longest wait for the answer to one, in milliseconds. */
const QUESTION_MS_MAX = 5_000
/** Most questions whose answers are kept for the end of the request. */
const KEPT_MAX = 10_000

interface Asked<Answer> {
  readonly answer: Promise<Answer | undefined>
  /** Requests that were begun and not ended with this question. */
  readonly waiting: number
}

/**
 * What the daemon answers about the names in requests. A name is asked about when Docker announces
 * the request, since it may mean nothing afterwards, and its answer serves the end of that request
 * alone: the next one with that name asks again, as the name may mean something else then.
 */
export class Questions<Answer> {
  readonly #asked = new Map<string, Asked<Answer>>()
  readonly #ask: ((named: string, signal: AbortSignal) => Promise<Answer | undefined>) | undefined
  #open = 0

  /** @param ask undefined: there is no daemon to ask, and nothing is answered. */
  constructor(
    ask: ((named: string, signal: AbortSignal) => Promise<Answer | undefined>) | undefined,
  ) {
    this.#ask = ask
  }

  /** Asks about a name at the beginning of a request. */
  begin(named: string): void {
    const waiting = (this.#asked.get(named)?.waiting ?? 0) + 1
    this.#asked.delete(named)
    this.#asked.set(named, { answer: this.answer(named), waiting })
    // Requests that another plugin denies have no end.
    dropOldest(this.#asked, KEPT_MAX)
  }

  /** The answer at the end of a request; of one that was not announced it is asked for now. */
  async end(named: string): Promise<Answer | undefined> {
    const asked = this.#asked.get(named)
    if (asked === undefined) return await this.answer(named)
    const { answer, waiting } = asked
    if (waiting > 1) this.#asked.set(named, { answer, waiting: waiting - 1 })
    else this.#asked.delete(named)
    return await answer
  }

  /** The answer about a name of a request that was begun, which stays for the end of it. */
  async peek(named: string): Promise<Answer | undefined> {
    return await this.#asked.get(named)?.answer
  }

  /** Asks now. Undefined: there is no such thing, or the daemon did not answer in time. */
  async answer(named: string): Promise<Answer | undefined> {
    if (this.#ask === undefined || this.#open >= QUESTIONS_MAX) return undefined
    this.#open += 1
    try {
      return await this.#ask(named, AbortSignal.timeout(QUESTION_MS_MAX))
    } catch {
      // The event then has the name as it was sent.
      return undefined
    } finally {
      this.#open -= 1
    }
  }
}
