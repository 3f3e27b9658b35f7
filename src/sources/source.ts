import type { IncomingHttpHeaders } from 'node:http'
import type { TSchema } from 'typebox'
import type { NewEvent } from '../core/event/new-event.ts'
import type { SourceName } from '../core/values/source-name.ts'

/** What a sender delivered to a source's webhook. */
export interface Delivery {
  readonly headers: IncomingHttpHeaders
  /** The raw bytes: signatures and dead letters need them. */
  readonly body: Buffer
  /** The configured instance: `{name}` of the route. */
  readonly sourceName: string
  /** That of the sender. */
  readonly tenant: string
}

/** A part of a delivery that could not be read: kept whole, as an event of its own. */
export interface DeadLetter {
  /** Why, as a sentence without a full stop. */
  readonly reason: string
  readonly body: Buffer
}

/** Nothing is dropped without a reason: every item becomes an event, a dead letter or a skip. */
export interface Translation {
  readonly events: readonly NewEvent[]
  readonly deadLetters: readonly DeadLetter[]
  /** Items left out on purpose, by reason, for the metrics: `{ 'blob event': 3 }`. */
  readonly skipped: Readonly<Record<string, number>>
}

/**
 * A system that sends events to `POST /v1/sources/{kind}/{name}`.
 *
 * `translate` never throws for content: senders such as registries retry a 4xx for ever, so what it
 * cannot read it returns as a dead letter. It may complete an event by what an earlier delivery
 * said, within bounds, but no event may depend on that: a server may have restarted in between.
 */
export interface WebhookSource {
  readonly kind: string
  /** Largest body read, in bytes. */
  readonly bodyBytesMax: number
  /** How the API document describes a delivery; absent: any bytes. */
  readonly delivery?: {
    readonly summary: string
    /** By media type. Nothing is refused for its content, so a schema only describes. */
    readonly body: Readonly<Record<string, TSchema>>
  }
  /**
   * Whether its `image.push` is of a registry where that sets a tag. Then what a push implies is
   * recorded too: that it moved a tag, that it was the first one to a repository.
   */
  readonly pushesSetTags?: boolean
  translate(delivery: Delivery): Translation
  /** Whether an event that is derived from its events is to be recorded; absent: all are. */
  isRecorded?(event: NewEvent, source: SourceName): boolean
}
