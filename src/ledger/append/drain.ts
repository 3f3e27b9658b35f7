import { Fault } from '../../core/errors.ts'
import type { Append } from './append.ts'

/** An append that can be brought to an end. */
export interface DrainableAppend {
  readonly append: Append
  /** Refuses new requests from now on; resolves when those that were accepted are answered. */
  drain(): Promise<void>
}

/** Lets the requests that are under way end before what stores them is closed. */
export function withDrain(append: Append): DrainableAppend {
  const underWay = new Set<Promise<unknown>>()
  let isDraining = false
  return {
    async append(request) {
      if (isDraining) throw new Fault('server.stopping', { retryAfterSeconds: 1 })
      const result = append(request)
      underWay.add(result)
      try {
        return await result
      } finally {
        underWay.delete(result)
      }
    },
    async drain() {
      isDraining = true
      await Promise.allSettled(underWay)
    },
  }
}
