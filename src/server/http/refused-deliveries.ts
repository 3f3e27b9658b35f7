import { STATUS_CODES } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from '../../core/time/timestamp.ts'
import type { Metrics } from '../observe/metrics.ts'
import { shownSourcePath, sourceSegments } from './source-path.ts'

/** After this time the same refusal is logged again, in microseconds. */
const REPEAT_MICROS = 60_000_000
/** Most refusals that are told apart in that time; others are counted but not logged. */
const KNOWN_MAX = 64
/** Stands in the metrics for a kind that no source has. */
const UNKNOWN_KIND = 'unknown'

/** What refused deliveries are reported with. */
export interface RefusedDeliveriesOptions {
  /** Kinds of the sources that there are. */
  readonly kinds: readonly string[]
  readonly clock: Clock
  readonly metrics: Pick<Metrics, 'refused'>
}

/**
 * Counts and logs requests under `/v1/sources/` that were answered with 400 or more. Otherwise a
 * mistake in a sender's configuration shows in the sender's log alone.
 */
export interface RefusedDeliveries {
  /** Reports the answer to a request, if it will be a refusal. */
  watch(request: FastifyRequest, reply: FastifyReply): void
}

/** One refusal that was logged: when, and how many like it have not been logged since. */
interface LoggedRefusal {
  readonly micros: number
  unlogged: number
}

/** The same path and status is logged once a minute. */
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
      `refused a delivery to ${path}: ${status} ${STATUS_CODES[status] ?? ''}`,
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
