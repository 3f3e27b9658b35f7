import type { JsonObject } from '../../../core/event/event.ts'
import { SENT_EVENT_BYTES_MAX } from '../../../core/limits.ts'

/** The tables that Quay keeps its log in, oldest first: new entries go to the last one. */
export const LOG_TABLES = ['logentry', 'logentry2', 'logentry3'] as const
export type LogTable = (typeof LOG_TABLES)[number]

/** One entry of the log as Quay stores it: with ids where the API has names. */
export interface LogRow {
  /** The name that this row, and no other, has in its Quay: `source.eventId`. */
  readonly eventId: string
  readonly kindId: number
  readonly accountId: number
  readonly performerId: number | null
  readonly repositoryId: number | null
  /** As Quay's database writes it, in UTC without saying so: `2024-06-18 18:59:13.5`. */
  readonly datetime: string
  readonly ip: string | null
  /** JSON text, as far as it was read. */
  readonly metadata: string
  /** Whether there is more of it than was read. */
  readonly isMetadataCut: boolean
  /** Size of all of it, in bytes. */
  readonly metadataBytes: number
  /** Values of a form that no column has, by the JSON pointer of the event's field. */
  readonly asSent?: JsonObject
}

/**
 * Characters of one row's metadata that are read at most. No event could hold more: Quay writes
 * whatever is not ASCII as an escape of six characters.
 */
export const METADATA_LENGTH_MAX = SENT_EVENT_BYTES_MAX
