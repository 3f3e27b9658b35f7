import { STATUS_CODES } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from '../../core/time/timestamp.ts'
import type { Metrics } from '../observe/metrics.ts'
import { shownSourcePath, sourceSegments } from './source-path.ts'

/** How long an equal rejection is not logged again, in microseconds. */
const REPEAT_MICROS = 60_000_000
/** Most rejections that are distinguished in that time; others are counted but not logged. */
const KNOWN_MAX = 64
/** The kind in the metrics for requests to a source that does not exist. */
const UNKNOWN_KIND = 'unknown'

/** What reporting rejected deliveries needs. */
export interface RefusedDeliveriesOptions {
  /** Kinds of the existing sources. */
  readonly kinds: readonly string[]
  readonly clock: Clock
  readonly metrics: Pick<Metrics, 'refused'>
}

/**
 * Counts and logs requests under `/v1/sources/` that are answered with 400 or more. Otherwise a
 * misconfigured sender would show only in the sender's log.
 */
export interface RefusedDeliveries {
  /** Reports the answer to a request, if it is a rejection. */
  watch(request: FastifyRequest, reply: FastifyReply): void
}

/** A logged rejection: its time, and how many equal ones have not been logged since. */
interface LoggedRefusal {
  readonly micros: number
  unlogged: number
}

/** Each combination of path and status is logged at most once a minute. */
export function createRefusedDeliveries(options: RefusedDeliveriesOptions): RefusedDeliveries {
  const { kinds, clock, metrics } = options
  const known = new Map<string, LoggedRefusal>()
  const report = (request: FastifyRequest, path: string, status: number) => {
    const key = `${status} ${path}`
    const now = clock()
    const earlier = known.get(key)
    if (earlier !== undefined && now - earlier.micros < REPEAT_MICROS) {
      earlier.unlogged += 1
      return
    }
    if (known.size >= KNOWN_MAX) forgetOld(known, now)
    if (earlier === undefined && known.size >= KNOWN_MAX) return
    known.set(key, { micros: now, unlogged: 0 })
    const { method, ip: remoteAddress } = request
    const unlogged = earlier?.unlogged ?? 0
    request.log.warn(
      { method, path, status, remoteAddress, ...(unlogged > 0 && { unlogged }) },
      `rejected a delivery to ${path}: ${status} ${STATUS_CODES[status] ?? ''}`,
    )
  }
  return {
    watch(request, reply) {
      const segments = sourceSegments(request.url)
      if (segments === undefined) return
      reply.raw.once('finish', () => {
        const status = reply.raw.statusCode
        if (status < 400) return
        metrics.refused(kinds.find((kind) => kind === segments[0]) ?? UNKNOWN_KIND, status)
        report(request, shownSourcePath(segments), status)
      })
    },
  }
}

function forgetOld(known: Map<string, LoggedRefusal>, now: number): void {
  for (const [key, { micros }] of known) if (now - micros >= REPEAT_MICROS) known.delete(key)
}
