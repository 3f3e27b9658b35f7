import type { JsonObject } from '../core/event/event.ts'
import type { Translation } from './source.ts'

/** A time in which a source may have had events that nobody can read any more. */
export interface SourceGap {
  /** RFC 3339: when the last event before it happened. */
  readonly from: string
  /** RFC 3339: when the first event after it happened, or when the gap was noticed. */
  readonly to: string
  /** Why, as a sentence without a full stop. */
  readonly reason: string
}

/** What one connection to a source may use. */
export interface Watch {
  /** What `moveTo` was given last, in this process or an earlier one; undefined at first. */
  readonly position: JsonObject | undefined
  readonly signal: AbortSignal
  /**
   * Stores what was read; durable once it resolves. Events are recognised by `source.eventId`, so
   * what is read again is stored once. When it rejects, let the watch end with that: the next one
   * reads again from the position.
   */
  store(translation: Translation): Promise<void>
  /**
   * Keeps where to go on. Call it after everything before the position was stored. The kept
   * position may lag behind after a crash, never run ahead.
   */
  moveTo(position: JsonObject): void
  /** Records that events may be missing; durable once it resolves. */
  gap(gap: SourceGap): Promise<void>
}

/**
 * A system that Waybill connects to itself and follows for as long as it runs.
 *
 * `watch` connects once and hands over what it reads. It resolves when the connection ended as it
 * may, and rejects when it failed, when `store` or `gap` did, or when the signal aborts. Its caller
 * connects again, after a pause that grows with the failures.
 */
export interface WatchedSource {
  readonly kind: string
  /** The configured instance; with `kind` the name of its position and of its events' source. */
  readonly name: string
  /** The tenant of its events; undefined for that of an installation that has one. */
  readonly tenant: string | undefined
  watch(watch: Watch): Promise<void>
}
