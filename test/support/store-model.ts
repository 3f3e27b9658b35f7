import { createHash } from 'node:crypto'
import type { Event, StoredEvent } from '../../src/core/event/event.ts'
import type {
  Condition,
  EventFilter,
  EventPage,
  Field,
  HistogramBucket,
  HistogramInterval,
  HistogramQuery,
  PageQuery,
  Position,
  TailQuery,
  TopValues,
  TopValuesQuery,
} from '../../src/core/query/query.ts'
import { parseTimestamp } from '../../src/core/time/timestamp.ts'

/** The reader's contract over a plain array: what every store has to answer. */
export class StoreModel {
  readonly events: StoredEvent[] = []

  page({ filter, order, limit, after, skip = 0 }: PageQuery): EventPage {
    const sign = order === 'newest' ? -1 : 1
    const matching = this.matching(filter)
      .filter((stored) => after === undefined || sign * compare(placeOf(stored), after) > 0)
      .sort((left, right) => sign * compare(placeOf(left), placeOf(right)))
    const events = matching.slice(skip, skip + limit)
    const last = events.at(-1)
    return matching.length > skip + limit && last !== undefined
      ? { events, next: placeOf(last) }
      : { events }
  }

  tail({ filter, origin, afterSeq, limit }: TailQuery): readonly StoredEvent[] {
    return this.matching(filter)
      .filter((stored) => stored.origin === origin && stored.seq > afterSeq)
      .sort((left, right) => left.seq - right.seq)
      .slice(0, limit)
  }

  /** Buckets in no particular order. */
  histogram({ filter, interval, by }: HistogramQuery): readonly HistogramBucket[] {
    const counts = new Map<string, number>()
    for (const { event } of this.matching(filter)) {
      const keys = by.map((field) => fieldOf(event, field))
      const bucket = JSON.stringify([intervalStart(microsOf(event.time), interval), keys])
      counts.set(bucket, (counts.get(bucket) ?? 0) + 1)
    }
    return [...counts].map(([bucket, count]) => {
      const [timeMicros, keys]: [number, readonly string[]] = JSON.parse(bucket)
      return { timeMicros, keys, count }
    })
  }

  /** The values of all matching events, as an exact answer has them. */
  topValues({ filter, by, valuesMax }: TopValuesQuery): TopValues['values'] {
    const counts = new Map<string, number>()
    for (const { event } of this.matching(filter)) {
      const keys = JSON.stringify(by.map((field) => fieldOf(event, field)))
      counts.set(keys, (counts.get(keys) ?? 0) + 1)
    }
    return [...counts]
      .sort(([one, many], [other, more]) => more - many || (one < other ? -1 : 1))
      .slice(0, valuesMax)
      .map(([keys, count]) => ({ keys: JSON.parse(keys), count }))
  }

  matching(filter: EventFilter): StoredEvent[] {
    return this.events.filter((stored) => matches(stored, filter))
  }
}

export function microsOf(timestamp: string): number {
  const micros = parseTimestamp(timestamp)
  if (micros === undefined) throw new Error(`${timestamp} is no time`)
  return micros
}

function placeOf({ event, origin, seq }: StoredEvent): Position {
  return { timeMicros: microsOf(event.time), origin, seq }
}

function compare(left: Position, right: Position): number {
  if (left.timeMicros !== right.timeMicros) return left.timeMicros - right.timeMicros
  if (left.origin !== right.origin) return left.origin < right.origin ? -1 : 1
  return left.seq - right.seq
}

function matches(stored: StoredEvent, filter: EventFilter): boolean {
  const { event } = stored
  const time = microsOf(event.time)
  return (
    (filter.tenants === 'all' || filter.tenants.includes(event.tenant)) &&
    time >= (filter.fromMicros ?? 0) &&
    time < (filter.toMicros ?? Number.POSITIVE_INFINITY) &&
    filter.conditions.every((condition) => holds(stored, condition))
  )
}

function holds(stored: StoredEvent, condition: Condition): boolean {
  const { event } = stored
  if ('anyOf' in condition) {
    return condition.anyOf.some((all) => all.every((inner) => holds(stored, inner)))
  }
  if ('not' in condition) return !holds(stored, condition.not)
  if ('text' in condition) {
    const words = wordsOf(searchedText(event))
    const wanted = [...wordsOf(condition.text)]
    return wanted.length > 0 && wanted.every((word) => words.has(word))
  }
  if ('messageContains' in condition) {
    const message = (event.message ?? '').toLowerCase()
    return message.includes(condition.messageContains.toLowerCase())
  }
  if ('fromSeq' in condition) {
    return stored.origin !== condition.origin || stored.seq >= condition.fromSeq
  }
  if ('detail' in condition) {
    const value = Object.entries(event.details ?? {}).find(([key]) => key === condition.detail)?.[1]
    return condition.in.includes(typeof value === 'string' ? value : '')
  }
  if ('digestOf' in condition) {
    const text = condition.digestOf.map((field) => fieldOf(event, field)).join('\n')
    return createHash('sha256').update(text).digest('hex').startsWith(condition.startsWith)
  }
  const value = fieldOf(event, condition.field)
  if ('inIgnoringCase' in condition) {
    return condition.inIgnoringCase.some((one) => one.toLowerCase() === value.toLowerCase())
  }
  if ('startsWithAny' in condition) {
    return condition.startsWithAny.some((text) => value.startsWith(text))
  }
  if ('notHexadecimalDigits' in condition) {
    return !(value.length === condition.notHexadecimalDigits && /^[0-9a-f]*$/.test(value))
  }
  return 'in' in condition ? condition.in.includes(value) : !condition.notIn.includes(value)
}

function searchedText(event: Event): string {
  const { actor, target, client, message, details } = event
  const names = [actor?.id, actor?.name, actor?.email, ...Object.values(target ?? {})]
  const words = [event.action, event.nativeAction, event.outcome, event.source.name]
  const rest = [...words, client?.ip, client?.userAgent, message]
  const detailsText = JSON.stringify(details ?? '').replaceAll(
    /\\\\|\\[bfnrt]|\\u[0-9a-f]{4}/g,
    ' ',
  )
  return [...names, ...rest, detailsText].join(' ')
}

/** Words are runs of letters and digits; everything outside of ASCII counts as a letter. */
function wordsOf(text: string): ReadonlySet<string> {
  return new Set(text.toLowerCase().match(/[a-z0-9\u0080-\uffff]+/g) ?? [])
}

function fieldOf(event: Event, field: Field): string {
  const { source, actor, target, client } = event
  const values: Readonly<Record<Field, string | undefined>> = {
    tenant: event.tenant,
    id: event.id,
    eventId: source.eventId,
    sourceKind: source.kind,
    sourceName: source.name,
    action: event.action,
    verb: event.action.slice(event.action.indexOf('.') + 1),
    nativeAction: event.nativeAction,
    category: event.category,
    level: event.level,
    outcome: event.outcome,
    actorId: actor?.id,
    actorName: actor?.name,
    actorEmail: actor?.email,
    actorKind: actor?.kind,
    targetType: target?.type,
    targetId: target?.id,
    targetName: target?.name,
    namespace: target?.namespace,
    repository: target?.repository,
    tag: target?.tag,
    digest: target?.digest,
    ip: client?.ip,
    userAgent: client?.userAgent,
  }
  return values[field] ?? ''
}

const UNIT_LENGTH = { minute: 16, hour: 13, day: 10, week: 10, month: 7 } as const
const DAY_MICROS = 24 * 60 * 60 * 1_000_000

/** By the calendar text of the time, which is another way than the store's. */
function intervalStart(micros: number, interval: HistogramInterval): number {
  const text = new Date(Math.floor(micros / 1000)).toISOString()
  const start = text.slice(0, UNIT_LENGTH[interval])
  let found = Date.parse(`${start}${'0000-01-01T00:00:00.000Z'.slice(start.length)}`) * 1000
  while (interval === 'week' && new Date(found / 1000).getUTCDay() !== 1) found -= DAY_MICROS
  return found
}
