import { dropOldest } from '../../../core/drop-oldest.ts'

/** Most queries to the daemon at once; further ones are skipped. */
const QUESTIONS_MAX = 64
/** Longest wait for an answer, in milliseconds. */
const QUESTION_MS_MAX = 5_000
/** Most queries whose answers are kept for the end of their request. */
const KEPT_MAX = 10_000

interface Asked<Answer> {
  readonly answer: Promise<Answer | undefined>
  /** Requests with this query that have begun and not ended. */
  readonly waiting: number
}

/**
 * Resolves the names in requests by querying the daemon. A name is queried when Docker announces
 * the request, since it may mean nothing afterwards. The answer serves only the end of that
 * request; the next request queries again, as the name may mean something else by then.
 */
export class Questions<Answer> {
  readonly #asked = new Map<string, Asked<Answer>>()
  readonly #ask: ((named: string, signal: AbortSignal) => Promise<Answer | undefined>) | undefined
  #open = 0

  /** @param ask undefined when there is no daemon to query; nothing is answered then. */
  constructor(
    ask: ((named: string, signal: AbortSignal) => Promise<Answer | undefined>) | undefined,
  ) {
    this.#ask = ask
  }

  /** Queries a name at the beginning of a request. */
  begin(named: string): void {
    const waiting = (this.#asked.get(named)?.waiting ?? 0) + 1
    this.#asked.delete(named)
    this.#asked.set(named, { answer: this.answer(named), waiting })
    // Requests that another plugin denies never end.
    dropOldest(this.#asked, KEPT_MAX)
  }

  /** The answer, at the end of a request. A request that was not announced queries now. */
  async end(named: string): Promise<Answer | undefined> {
    const asked = this.#asked.get(named)
    if (asked === undefined) return await this.answer(named)
    const { answer, waiting } = asked
    if (waiting > 1) this.#asked.set(named, { answer, waiting: waiting - 1 })
    else this.#asked.delete(named)
    return await answer
  }

  /** The answer for a request that has begun; it stays available for the end of the request. */
  async peek(named: string): Promise<Answer | undefined> {
    return await this.#asked.get(named)?.answer
  }

  /** Queries now. Undefined when there is no such thing or the daemon did not answer in time. */
  async answer(named: string): Promise<Answer | undefined> {
    if (this.#ask === undefined || this.#open >= QUESTIONS_MAX) return undefined
    this.#open += 1
    try {
      return await this.#ask(named, AbortSignal.timeout(QUESTION_MS_MAX))
    } catch {
      // The event then keeps the name as it was sent.
      return undefined
    } finally {
      this.#open -= 1
    }
  }
}
