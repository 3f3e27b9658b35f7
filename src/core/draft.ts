import type { Event } from './event.ts'

/** An event that passed the boundary, with the text that the ledger hashes. */
export interface Draft {
  readonly event: Event
  /** RFC 8785 canonical JSON of `event`. */
  readonly canonical: string
  /** Whether the sender named the event (`id`, `source.eventId`): retries are recognised. */
  readonly deduplicate: boolean
}
