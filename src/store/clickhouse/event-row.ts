import type {
  Actor,
  ActorKind,
  Category,
  Client,
  Event,
  EventSource,
  Level,
  Outcome,
  StoredEvent,
  Target,
} from '../../core/event.ts'
import { EVENT_COLUMNS, SHAPE_COLUMNS } from './event-columns.ts'

const SHAPED: ReadonlySet<string> = new Set(SHAPE_COLUMNS)

/** The SELECT list of a whole event: a row of `EventRow`. */
export const EVENT_ROW_SQL = [
  'seq',
  ...EVENT_COLUMNS.filter((column) => !SHAPED.has(column)),
  'shape',
].join(', ')

/** An event as the engine answers it: `seq`, the columns that are not in `shape`, and `shape`. */
export type EventRow = readonly [
  seq: number,
  id: string,
  time: string,
  received: string,
  sourceEventId: string,
  actorId: string,
  actorName: string,
  actorEmail: string,
  targetId: string,
  targetName: string,
  targetNamespace: string,
  targetRepository: string,
  targetTag: string,
  targetDigest: string,
  clientIp: string,
  clientUserAgent: string,
  message: string,
  details: string,
  shape: string,
]

/** The columns of `SHAPE_COLUMNS`. */
type EventShape = readonly [
  origin: string,
  tenant: string,
  sourceKind: string,
  sourceName: string,
  eventIdIsId: '0' | '1',
  action: string,
  nativeAction: string,
  category: Category,
  level: Level,
  outcome: Outcome,
  actorKind: ActorKind | '',
  targetType: string,
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
  const shape: EventShape = JSON.parse(row[18])
  const event: Building<Event> = {
    action: shape[5],
    actor: decodeActor(row, shape[10]),
    category: shape[7],
  }
  if (row[14] !== '' || row[15] !== '') event.client = decodeClient(row)
  if (row[17] !== '') event.details = JSON.parse(row[17])
  event.id = row[1]
  event.level = shape[8]
  if (row[16] !== '') event.message = row[16]
  if (shape[6] !== '') event.nativeAction = shape[6]
  event.outcome = shape[9]
  event.received = row[3]
  event.source = decodeSource(row, shape)
  const target = decodeTarget(row, shape[11])
  if (target !== undefined) event.target = target
  event.tenant = shape[1]
  event.time = row[2]
  // Every member that an event must have was set above; the type of the parts does not say so.
  return { event: event as Event, origin: shape[0], seq: row[0] }
}

function decodeSource(row: EventRow, shape: EventShape): EventSource {
  const eventId = shape[4] === '1' ? row[1] : row[4]
  const [kind, name] = [shape[2], shape[3]]
  return eventId === '' ? { kind, name } : { eventId, kind, name }
}

function decodeActor(row: EventRow, kind: ActorKind | ''): Actor | null {
  if (kind === '') return null
  const actor: Building<Actor> = {}
  if (row[7] !== '') actor.email = row[7]
  if (row[5] !== '') actor.id = row[5]
  actor.kind = kind
  if (row[6] !== '') actor.name = row[6]
  return actor as Actor
}

/** Undefined when the event has none: a target is never empty. */
function decodeTarget(row: EventRow, type: string): Target | undefined {
  const target: Building<Target> = {}
  if (row[13] !== '') target.digest = row[13]
  if (row[8] !== '') target.id = row[8]
  if (row[9] !== '') target.name = row[9]
  if (row[10] !== '') target.namespace = row[10]
  if (row[11] !== '') target.repository = row[11]
  if (row[12] !== '') target.tag = row[12]
  if (type !== '') target.type = type
  return Object.keys(target).length === 0 ? undefined : target
}

function decodeClient(row: EventRow): Client {
  const client: Building<Client> = {}
  if (row[14] !== '') client.ip = row[14]
  if (row[15] !== '') client.userAgent = row[15]
  return client
}
