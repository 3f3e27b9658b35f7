import type { IncomingHttpHeaders } from 'node:http'
import type { TSchema } from 'typebox'
import type { NewEvent } from '../core/event/new-event.ts'
import type { SourceName } from '../core/values/source-name.ts'

/** A delivery to a source's webhook. */
export interface Delivery {
  readonly headers: IncomingHttpHeaders
  /** The raw bytes, which signatures and dead letters need. */
  readonly body: Buffer
  /** The configured instance, `{name}` in the route. */
  readonly sourceName: string
  /** The sender's tenant. */
  readonly tenant: string
}

/** A part of a delivery that could not be read; it is kept as an event of its own. */
export interface DeadLetter {
  /** Why, as a sentence without a full stop. */
  readonly reason: string
  readonly body: Buffer
}

/** The result of a delivery. Every item becomes an event, a dead letter or a counted skip. */
export interface Translation {
  readonly events: readonly NewEvent[]
  readonly deadLetters: readonly DeadLetter[]
  /** Items that were skipped on purpose, by reason, for the metrics: `{ 'blob event': 3 }`. */
  readonly skipped: Readonly<Record<string, number>>
}

/**
 * A system that sends events to `POST /v1/sources/{kind}/{name}`.
 *
 * `translate` never throws for content. Senders such as registries retry a 4xx forever, so it
 * returns an unreadable item as a dead letter. It may complete an event from an earlier delivery,
 * within bounds, but no event may depend on that: the server may have restarted in between.
 */
export interface WebhookSource {
  readonly kind: string
  /** Largest body read, in bytes. */
  readonly bodyBytesMax: number
  /** The delivery in the API document; absent for any bytes. */
  readonly delivery?: {
    readonly summary: string
    /** By media type. Schemas only describe: no content is rejected. */
    readonly body: Readonly<Record<string, TSchema>>
  }
  /**
   * Whether an `image.push` from this source sets a tag. If so, implied events are recorded too: a
   * moved tag, the first push to a repository.
   */
  readonly pushesSetTags?: boolean
  translate(delivery: Delivery): Translation
  /** Whether an event implied by this source's events is recorded; absent when all are. */
  isRecorded?(event: NewEvent, source: SourceName): boolean
}
