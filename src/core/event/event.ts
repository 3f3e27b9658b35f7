/** What an event is about. */
export const CATEGORIES = [
  'image',
  'container',
  'volume',
  'network',
  'registry',
  'repository',
  'organization',
  'user',
  'robot',
  'team',
  'token',
  'pipeline',
  'policy',
  'export',
  'import',
  'backup',
  'background',
  'system',
  'auth',
] as const
export type Category = (typeof CATEGORIES)[number]

/** How serious an event is. */
export const LEVELS = ['info', 'warn', 'error'] as const
export type Level = (typeof LEVELS)[number]

/** How an action ended (CADF's outcomes, and `denied` for a refusal by policy). */
export const OUTCOMES = ['success', 'failure', 'denied', 'pending', 'unknown'] as const
export type Outcome = (typeof OUTCOMES)[number]

/** The level of an event whose sender states none: what failed or was refused is an error. */
export const LEVEL_OF_OUTCOME: Readonly<Record<Outcome, Level>> = {
  success: 'info',
  failure: 'error',
  denied: 'error',
  pending: 'info',
  unknown: 'info',
}

/** What acted: a person, an account of a program, a platform itself, or one that gave no name. */
export const ACTOR_KINDS = ['user', 'robot', 'service', 'system', 'anonymous'] as const
export type ActorKind = (typeof ACTOR_KINDS)[number]

/** Any JSON value. Numbers are doubles (I-JSON, RFC 7493 section 2.2). */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue }
/** A JSON object. */
export type JsonObject = { readonly [key: string]: JsonValue }

/** Where an event came from. (`tenant`, `kind`, `name`, `eventId`) recognises a sender's retry. */
export interface EventSource {
  /** The adapter: `api`, `distribution`, `engine`, … */
  readonly kind: string
  /** The configured instance of that adapter. */
  readonly name: string
  /** The sender's own id of the event, whatever its form. */
  readonly eventId?: string | undefined
}

/** Who acted. */
export interface Actor {
  readonly id?: string | undefined
  readonly name?: string | undefined
  readonly email?: string | undefined
  readonly kind: ActorKind
}

/** What was acted upon. */
export interface Target {
  readonly type?: string | undefined
  readonly id?: string | undefined
  readonly name?: string | undefined
  readonly namespace?: string | undefined
  /** The repository inside its namespace: `app` or `team/app`, without the namespace. */
  readonly repository?: string | undefined
  readonly tag?: string | undefined
  /** `algorithm:hex`, as the OCI image specification writes digests. */
  readonly digest?: string | undefined
}

/** The address and program the action came from. */
export interface Client {
  /** IPv4 or IPv6 text without a port. */
  readonly ip?: string | undefined
  readonly userAgent?: string | undefined
}

/**
 * One thing that happened: who did what to which target, when, from where, with which outcome.
 *
 * It is immutable, and its RFC 8785 canonical JSON is what the ledger hashes: a leaf is
 * SHA-256(0x00 ‖ canonical JSON). Optional fields are absent when empty, never `''` or `{}`;
 * `actor` alone is always there, `null` when the source does not say who. (Optional fields may be
 * present with the value undefined, here and below: objects of one shape are several times faster
 * to serialise.)
 */
export interface Event {
  /** Lower-case UUID: the source's own, else a UUIDv7 minted on receipt. */
  readonly id: string
  /** RFC 3339 in UTC with exactly six decimals: `2026-11-22T12:10:41.814279Z`. */
  readonly time: string
  /** When Waybill received it, in the form of `time`. */
  readonly received: string
  readonly tenant: string
  readonly source: EventSource
  /** `object.verb`, see the action catalogue. */
  readonly action: string
  /** The source's own word for the action: `push_repo`, `exec_create`. */
  readonly nativeAction?: string | undefined
  readonly category: Category
  readonly level: Level
  readonly outcome: Outcome
  readonly actor: Actor | null
  readonly target?: Target | undefined
  readonly client?: Client | undefined
  /** One line for people. */
  readonly message?: string | undefined
  /** The vendor's own fields, kept exactly. */
  readonly details?: JsonObject | undefined
}

/** An event at its place in a ledger. */
export interface StoredEvent {
  readonly event: Event
  /** The Waybill instance whose ledger holds it. */
  readonly origin: string
  /** Position in that ledger, from 0 without gaps: also the leaf index. */
  readonly seq: number
}
