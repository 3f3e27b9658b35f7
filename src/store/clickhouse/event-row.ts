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
import { REQUEST_NAME_KEY_OFFSET } from '../../ledger/event-writer.ts'
import { EVENT_COLUMNS } from './event-columns.ts'
import { escapedWords } from './text-search.ts'

/** The SELECT list of a whole event: a row of `EventRow`. */
export const EVENT_ROW_SQL = ['seq', ...EVENT_COLUMNS].join(', ')

/** An event as the engine answers it: `seq` and the columns of `EVENT_COLUMNS`. */
export type EventRow = readonly [
  seq: number,
  origin: string,
  id: string,
  time: string,
  received: string,
  tenant: string,
  sourceKind: string,
  sourceName: string,
  sourceEventId: string,
  eventIdIsId: number,
  action: string,
  nativeAction: string,
  category: Category,
  level: Level,
  outcome: Outcome,
  actorId: string,
  actorName: string,
  actorEmail: string,
  actorKind: ActorKind | '',
  targetType: string,
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
]

/** An object that is being put together, member by member. */
type Building<Whole> = { -readonly [Key in keyof Whole]?: Whole[Key] }

/**
 * The event that was stored as a row: equal to what was given to `encodeEvent`.
 *
 * Members are set one by one in canonical order (RFC 8785): serialising the event then gives its
 * canonical text without sorting, and it is several times faster than spreading optional parts.
 */
export function decodeEvent(row: EventRow): StoredEvent {
  const event: Building<Event> = { action: row[10], actor: decodeActor(row), category: row[12] }
  if (row[26] !== '' || row[27] !== '') event.client = decodeClient(row)
  if (row[29] !== '') event.details = JSON.parse(row[29])
  event.id = row[2]
  event.level = row[13]
  if (row[28] !== '') event.message = row[28]
  if (row[11] !== '') event.nativeAction = row[11]
  event.outcome = row[14]
  event.received = row[4]
  event.source = decodeSource(row)
  const target = decodeTarget(row)
  if (target !== undefined) event.target = target
  event.tenant = row[5]
  event.time = row[3]
  // Every member that an event must have was set above; the type of the parts does not say so.
  return { event: event as Event, origin: row[1], seq: row[0] }
}

function decodeSource(row: EventRow): EventSource {
  const eventId = row[9] === 1 ? row[2] : row[8]
  const [kind, name] = [row[6], row[7]]
  return eventId === '' ? { kind, name } : { eventId, kind, name }
}

function decodeActor(row: EventRow): Actor | null {
  const kind = row[18]
  if (kind === '') return null
  const actor: Building<Actor> = {}
  if (row[17] !== '') actor.email = row[17]
  if (row[15] !== '') actor.id = row[15]
  actor.kind = kind
  if (row[16] !== '') actor.name = row[16]
  return actor as Actor
}

/** Undefined when the event has none: a target is never empty. */
function decodeTarget(row: EventRow): Target | undefined {
  const target: Building<Target> = {}
  if (row[25] !== '') target.digest = row[25]
  if (row[20] !== '') target.id = row[20]
  if (row[21] !== '') target.name = row[21]
  if (row[22] !== '') target.namespace = row[22]
  if (row[23] !== '') target.repository = row[23]
  if (row[24] !== '') target.tag = row[24]
  if (row[19] !== '') target.type = row[19]
  return Object.keys(target).length === 0 ? undefined : target
}

function decodeClient(row: EventRow): Client {
  const client: Building<Client> = {}
  if (row[26] !== '') client.ip = row[26]
  if (row[27] !== '') client.userAgent = row[27]
  return client
}

/** The columns that an insert names, in the order of a row that begins with its seq. */
export const INSERTED_COLUMNS = [
  'seq',
  ...EVENT_COLUMNS,
  'escaped_words',
  'request_key',
  'request_body_sha256',
]

/**
 * Serialises an event as the rest of a JSONCompactEachRow row, after its seq: the columns of
 * `EVENT_COLUMNS`, then what is kept beside the event.
 *
 * The details go in as the object text that stands in `canonical`, byte for byte: the engine keeps
 * an object's text as it finds it. Every ingested event pays for this function.
 */
export function encodeEvent(
  { event, canonical }: { readonly event: Event; readonly canonical: string },
  { origin, request }: { readonly origin: string; readonly request: string },
): string {
  const { id, source, actor, target, client } = event
  const eventIdIsId = source.eventId === id
  const texts = JSON.stringify([
    origin,
    id,
    event.time,
    event.received,
    event.tenant,
    source.kind,
    source.name,
    eventIdIsId ? '' : (source.eventId ?? ''),
    eventIdIsId ? 1 : 0,
    event.action,
    event.nativeAction ?? '',
    event.category,
    event.level,
    event.outcome,
    actor?.id ?? '',
    actor?.name ?? '',
    actor?.email ?? '',
    actor?.kind ?? '',
    target?.type ?? '',
    target?.id ?? '',
    target?.name ?? '',
    target?.namespace ?? '',
    target?.repository ?? '',
    target?.tag ?? '',
    target?.digest ?? '',
    client?.ip ?? '',
    client?.userAgent ?? '',
    event.message ?? '',
  ])
  const details = event.details === undefined ? '' : detailsText(canonical, id)
  const words = details.includes('\\') ? JSON.stringify(escapedWords(details)) : '""'
  return `,${texts.slice(1, -1)},${details || '""'},${words},${requestTexts(request)}]`
}

function requestTexts(request: string): string {
  if (request === '') return '"",""'
  const key = request.slice(REQUEST_NAME_KEY_OFFSET)
  return `${JSON.stringify(key)},"${request.slice(0, REQUEST_NAME_KEY_OFFSET - 1)}"`
}

const DETAILS_KEY = ',"details":'

/**
 * The text of `details` inside an event's canonical JSON. Keys stand in order, so it is between the
 * first `,"details":` (nothing before it can hold that text: quotes inside strings are escaped) and
 * the last `,"id":"…","level":` (nothing after it can).
 */
function detailsText(canonical: string, id: string): string {
  const start = canonical.indexOf(DETAILS_KEY) + DETAILS_KEY.length
  return canonical.slice(start, canonical.lastIndexOf(`,"id":"${id}","level":`))
}
