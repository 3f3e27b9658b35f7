import type { JsonObject } from '../../../core/event/event.ts'
import { SENT_EVENT_BYTES_MAX } from '../../../core/limits.ts'

/** The tables of Quay's log, oldest first; new entries go to the last one. */
export const LOG_TABLES = ['logentry', 'logentry2', 'logentry3'] as const
export type LogTable = (typeof LOG_TABLES)[number]

/** One entry of the log as Quay stores it: with ids where the API has names. */
export interface LogRow {
  /** The unique name of this row in its Quay: `source.eventId`. */
  readonly eventId: string
  readonly kindId: number
  readonly accountId: number
  readonly performerId: number | null
  readonly repositoryId: number | null
  /** As Quay's database writes it, in UTC without a zone: `2024-06-18 18:59:13.5`. */
  readonly datetime: string
  readonly ip: string | null
  /** JSON text, as far as it was read. */
  readonly metadata: string
  /** Whether it is longer than what was read. */
  readonly isMetadataCut: boolean
  /** Size of the whole text, in bytes. */
  readonly metadataBytes: number
  /** Values of a form that no column accepts, by the JSON pointer of the event's field. */
  readonly asSent?: JsonObject
}

/**
 * Most characters of one row's metadata that are read. No event could hold more, as Quay writes
 * each non-ASCII character as an escape of six characters.
 */
export const METADATA_LENGTH_MAX = SENT_EVENT_BYTES_MAX
