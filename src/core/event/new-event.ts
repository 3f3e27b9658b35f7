import type { OtherSources, SourceName } from '../values/source-name.ts'
import type {
  Actor,
  Category,
  Client,
  EventSource,
  JsonObject,
  Level,
  Outcome,
  Target,
} from './event.ts'

/**
 * An event as a sender or an adapter states it, before Waybill fills in what is absent: `id`
 * (minted), `time` (the time of receipt), `tenant` (the credential's), `source`, `category` (the
 * catalogue's for the action), `outcome` (`unknown`), `level` (`LEVEL_OF_OUTCOME`), `actor` (null).
 * Empty texts and empty objects count as absent.
 */
export interface NewEvent {
  readonly id?: string
  /** RFC 3339, any offset, up to nine decimals. */
  readonly time?: string
  readonly tenant?: string
  readonly source?: Partial<EventSource>
  readonly action: string
  readonly nativeAction?: string
  readonly category?: Category
  readonly level?: Level
  readonly outcome?: Outcome
  readonly actor?: Partial<Actor> | null
  readonly target?: Target
  readonly client?: Client
  readonly message?: string
  readonly details?: JsonObject
}

/** What the boundary knows about the sender, to fill in what an event leaves out. */
export interface Reception {
  /** Time of receipt, microseconds since the epoch. */
  readonly receivedMicros: number
  /** Tenant of events that name none. */
  readonly tenant: string
  /** Whether the sender may state another tenant than `tenant`. */
  readonly anyTenant: boolean
  /** Source of events that name none; the sender may always state it. */
  readonly source: SourceName
  /** Other sources that the sender may state; absent for none. */
  readonly otherSources?: OtherSources
}
