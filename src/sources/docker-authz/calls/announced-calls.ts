import { createHash, randomUUID } from 'node:crypto'
import type { EngineRequest } from '../envelope.ts'

/** Most requests that are remembered as running; the oldest is dropped first. */
const KEPT_MAX = 10_000

/**
 * The numbers of the requests that Docker announced, until it reports their end. Docker has no
 * request number of its own, so a request's end is matched by user, method and target. Of several
 * equal requests the latest is matched first, since one that another plugin denied never ends.
 */
export class AnnouncedCalls {
  readonly #numbers = new Map<string, readonly string[]>()
  #count = 0

  /** Assigns a number to a request that is about to be carried out. */
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

  /**
   * The number of a request that ended; undefined when this process did not see its announcement.
   */
  end(request: EngineRequest): string | undefined {
    const number = this.#numbers.get(keyOf(request))?.at(-1)
    if (number !== undefined) this.withdraw(request, number)
    return number
  }

  /** Drops a request that was denied and therefore never ends. */
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

/** Keys have one length, however long the target is. */
function keyOf({ user = '', method, uri }: EngineRequest): string {
  return createHash('sha256')
    .update(JSON.stringify([user, method, uri]))
    .digest('base64')
}
