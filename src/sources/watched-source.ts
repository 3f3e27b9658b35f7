import type { JsonObject } from '../core/event/event.ts'
import type { Translation } from './source.ts'

/** A time span whose events a source may have lost for good. */
export interface SourceGap {
  /** RFC 3339: the time of the last event before the gap. */
  readonly from: string
  /** RFC 3339: the time of the first event after the gap, or when the gap was noticed. */
  readonly to: string
  /** Why, as a sentence without a full stop. */
  readonly reason: string
}

/** What one connection to a source may use. */
export interface Watch {
  /** The last argument of `moveTo`, in this process or an earlier one; undefined at first. */
  readonly position: JsonObject | undefined
  readonly signal: AbortSignal
  /**
   * Stores what was read; durable once it resolves. Events are recognized by `source.eventId`, so
   * an event that is read again is stored once. When it rejects, reject `watch` with the same
   * error: the next connection reads again from the position.
   */
  store(translation: Translation): Promise<void>
  /**
   * Keeps the position to continue from. Call it after everything before the position was stored.
   * After a crash the kept position may lag behind, but it never runs ahead.
   */
  moveTo(position: JsonObject): void
  /** Records that events may be missing; durable once it resolves. */
  gap(gap: SourceGap): Promise<void>
}

/**
 * A system that Waybill connects to and follows.
 *
 * `watch` connects once and stores what it reads. It resolves when the connection ends normally,
 * and rejects when it fails, when `store` or `gap` rejects, or when the signal aborts. The caller
 * reconnects, with a pause that grows with each failure.
 */
export interface WatchedSource {
  readonly kind: string
  /**
   * The configured instance. `kind` and `name` identify its position and the source of its events.
   */
  readonly name: string
  /** The tenant of its events; undefined for the tenant of a single-tenant installation. */
  readonly tenant: string | undefined
  watch(watch: Watch): Promise<void>
}
