import type {
  Actor,
  ActorKind,
  Category,
  Client,
  Event,
  Level,
  Outcome,
  StoredEvent,
  Target,
} from '../../core/event.ts'
import { PACKED_SEPARATOR } from './event-columns.ts'

/** The SELECT list of a whole event: a row of `EventRow`. */
export const EVENT_ROW_SQL = `seq, origin, tenant, id, time, received, shape, actor, client_ip,
  client_user_agent, target_namespace, target_repository, target_tag, target_digest, texts`

/** An event as the engine answers it; for what is packed see `PACKED_COLUMNS`. */
export type EventRow = readonly [
  seq: number,
  origin: string,
  tenant: string,
  id: string,
  time: string,
  received: string,
  shape: string,
  actor: string,
  ip: string,
  userAgent: string,
  namespace: string,
  repository: string,
  tag: string,
  digest: string,
  texts: string,
]

type Shape = readonly [
  level: Level,
  category: Category,
  sourceKind: string,
  eventIdIsId: '1' | '',
  targetMembers: string,
  actorKind: ActorKind | '',
  action: string,
  nativeAction: string,
  outcome: Outcome,
  sourceName: string,
  targetType: string,
]
type ActorNames = readonly [id: string, name: string, email: string]
type Texts = readonly [
  details: string,
  message: string,
  escapedWords: string,
  targetId: string,
  targetName: string,
  sourceEventId: string,
]

/** An object that is being put together, member by member. */
type Building<Whole> = { -readonly [Key in keyof Whole]?: Whole[Key] }

/**
 * The event that was stored as a row: equal to the one that was encoded.
 *
 * Members are set one by one in canonical order (RFC 8785): serialising the event then gives its
 * canonical text without sorting, and it is several times faster than spreading optional parts.
 */
export function decodeEvent(row: EventRow): StoredEvent {
  const [seq, origin, tenant, id, time, received] = row
  const shape = unpacked<Shape>(row[6])
  const [level, category, kind, eventIdIsId, , actorKind, action, nativeAction, outcome] = shape
  const [sourceName, targetType] = [shape[9], shape[10]]
  const texts = unpacked<Texts>(row[14])
  const [details, message] = texts
  const event: Building<Event> = { action, actor: decodeActor(row[7], actorKind), category }
  if (row[8] !== '' || row[9] !== '') event.client = decodeClient(row)
  if (details !== '') event.details = JSON.parse(details)
  event.id = id
  event.level = level
  if (message !== '') event.message = message
  if (nativeAction !== '') event.nativeAction = nativeAction
  event.outcome = outcome
  event.received = received
  const eventId = eventIdIsId === '1' ? id : texts[5]
  event.source = eventId === '' ? { kind, name: sourceName } : { eventId, kind, name: sourceName }
  const target = decodeTarget(row, texts, targetType)
  if (target !== undefined) event.target = target
  event.tenant = tenant
  event.time = time
  // Every member that an event must have was set above; the type of the parts does not say so.
  return { event: event as Event, origin, seq }
}

/** The texts of a packed column. The engine gives back what was stored, so as many as went in. */
function unpacked<Texts extends readonly string[]>(packed: string): Texts {
  const texts: readonly string[] = packed.split(PACKED_SEPARATOR)
  return texts as Texts
}

function decodeActor(names: string, kind: ActorKind | ''): Actor | null {
  if (kind === '') return null
  const [id, name, email] = unpacked<ActorNames>(names)
  const actor: Building<Actor> = {}
  if (email !== '') actor.email = email
  if (id !== '') actor.id = id
  actor.kind = kind
  if (name !== '') actor.name = name
  return actor as Actor
}

/** Undefined when the event has none: a target is never empty. */
function decodeTarget(row: EventRow, texts: Texts, type: string): Target | undefined {
  const [namespace, repository, tag, digest] = [row[10], row[11], row[12], row[13]]
  const [id, name] = [texts[3], texts[4]]
  const target: Building<Target> = {}
  if (digest !== '') target.digest = digest
  if (id !== '') target.id = id
  if (name !== '') target.name = name
  if (namespace !== '') target.namespace = namespace
  if (repository !== '') target.repository = repository
  if (tag !== '') target.tag = tag
  if (type !== '') target.type = type
  return Object.keys(target).length === 0 ? undefined : target
}

function decodeClient(row: EventRow): Client {
  const [ip, userAgent] = [row[8], row[9]]
  const client: Building<Client> = {}
  if (ip !== '') client.ip = ip
  if (userAgent !== '') client.userAgent = userAgent
  return client
}
