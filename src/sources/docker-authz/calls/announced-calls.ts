import { createHash, randomUUID } from 'node:crypto'
import type { EngineRequest } from '../envelope.ts'

/** Most requests that are known to be under way; of more the longest known are forgotten. */
const KEPT_MAX = 10_000

/**
 * The numbers of the requests that Docker announced, until it says how they ended. Docker has no
 * number of its own for a request: its end is known by the same user, method and target. Of several
 * such requests the latest is taken first, since one that another plugin denied has no end.
 */
export class AnnouncedCalls {
  readonly #numbers = new Map<string, readonly string[]>()
  #count = 0

  /** A new number for a request that is about to be carried out. */
  announce(request: EngineRequest): string {
    const number = randomUUID()
    const key = keyOf(request)
    const others = this.#numbers.get(key) ?? []
    this.#numbers.delete(key)
    this.#numbers.set(key, [...others, number])
    this.#count += 1
    if (this.#count > KEPT_MAX) this.#forgetOldest()
    return number
  }

  /** The number of a request that ended; undefined when it was not announced to this process. */
  end(request: EngineRequest): string | undefined {
    const number = this.#numbers.get(keyOf(request))?.at(-1)
    if (number !== undefined) this.withdraw(request, number)
    return number
  }

  /** Forgets a request that has no end, since it was denied. */
  withdraw(request: EngineRequest, number: string): void {
    const key = keyOf(request)
    const before = this.#numbers.get(key) ?? []
    this.#keep(
      key,
      before.filter((one) => one !== number),
    )
  }

  #forgetOldest(): void {
    const [oldest] = this.#numbers
    if (oldest !== undefined) this.#keep(oldest[0], oldest[1].slice(1))
  }

  #keep(key: string, numbers: readonly string[]): void {
    this.#count += numbers.length - (this.#numbers.get(key)?.length ?? 0)
    if (numbers.length === 0) this.#numbers.delete(key)
    else this.#numbers.set(key, numbers)
  }
}

/** Of one length, however long the target is. */
function keyOf({ user = '', method, uri }: EngineRequest): string {
  return createHash('sha256')
    .update(JSON.stringify([user, method, uri]))
    .digest('base64')
}
