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

/** How an action ended (the outcomes of CADF, and `denied` for a rejection by policy). */
export const OUTCOMES = ['success', 'failure', 'denied', 'pending', 'unknown'] as const
export type Outcome = (typeof OUTCOMES)[number]

/** The level of an event whose sender states none: a failure or denial is an error. */
export const LEVEL_OF_OUTCOME: Readonly<Record<Outcome, Level>> = {
  success: 'info',
  failure: 'error',
  denied: 'error',
  pending: 'info',
  unknown: 'info',
}

/** The kinds of actors: a person, a program's account, a service, a platform, or an unnamed one. */
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

/** Where an event came from. (`tenant`, `kind`, `name`, `eventId`) recognizes a sender's retry. */
export interface EventSource {
  /** The adapter: `api`, `distribution`, `engine`, … */
  readonly kind: string
  /** The configured instance of that adapter. */
  readonly name: string
  /** The sender's own id of the event, in any form. */
  readonly eventId?: string | undefined
}

/** Who acted. */
export interface Actor {
  readonly id?: string | undefined
  readonly name?: string | undefined
  readonly email?: string | undefined
  readonly kind: ActorKind
}

/** The actor of what Waybill does by itself. */
export const OWN_ACTOR: Actor = { kind: 'system', name: 'waybill' }

/** What was acted upon. */
export interface Target {
  readonly type?: string | undefined
  readonly id?: string | undefined
  readonly name?: string | undefined
  readonly namespace?: string | undefined
  /** The repository in its namespace: `app` or `team/app`, without the namespace. */
  readonly repository?: string | undefined
  readonly tag?: string | undefined
  /** `algorithm:hex`, as in the OCI image specification. */
  readonly digest?: string | undefined
}

/** The address and program that the action came from. */
export interface Client {
  /** IPv4 or IPv6 text without a port. */
  readonly ip?: string | undefined
  readonly userAgent?: string | undefined
}

/**
 * One thing that happened: who did what to which target, when, from where, with which outcome.
 *
 * It is immutable, and the ledger hashes its RFC 8785 canonical JSON: a leaf is SHA-256(0x00 ‖
 * canonical JSON). Optional fields are absent when empty, never `''` or `{}`; only `actor` is
 * always present, `null` when the source does not name one. (Optional fields may be present with
 * the value undefined, here and below: objects of one shape are several times faster to serialize.)
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
  /** The vendor's own fields, unchanged. */
  readonly details?: JsonObject | undefined
}

/** An event with its position in a ledger. */
export interface StoredEvent {
  readonly event: Event
  /** The Waybill instance whose ledger holds it. */
  readonly origin: string
  /** Position in that ledger, from 0 without gaps, which is also the leaf index. */
  readonly seq: number
}
