import type { Actor, Event, JsonObject } from '../../core/event/event.ts'
import type { HistogramBucket } from '../../core/query/query.ts'
import { parseTimestamp } from '../../core/time/timestamp.ts'
import { avatarOf } from './browser/avatar.ts'
import { sentAddressOf } from './entries/as-sent.ts'
import { type QuayKind, UNKNOWN_KIND } from './entries/kinds.ts'
import { metadataOf } from './entries/metadata.ts'
import { shownEntryOf } from './entries/page-entry.ts'
import { KINDS_WITH_EVENT } from './entries/page-keys.ts'
import type { WrittenObject } from './entries/stored-json.ts'
import { formatMailDate } from './log/time-range.ts'
import { entryKindOf, isShown, kindOf, type LogSelection } from './selection.ts'

/** One entry of a log, with the keys in Quay's order. Undefined for an event without an entry. */
export function presentEntry(event: Event): WrittenObject | undefined {
  const kind = entryKindOf(event)
  return kind === undefined ? undefined : entryOf(event, kind)
}

function entryOf(event: Event, kind: QuayKind): WrittenObject {
  const performer = performerOf(event.actor)
  return {
    ...shownEntryOf(kind.kind, metadataOf(event, kind)),
    ip: sentAddressOf(event) ?? event.client?.ip ?? null,
    datetime: formatMailDate(parseTimestamp(event.time) ?? 0),
    ...(performer !== undefined && { performer }),
  }
}

/** The performer; undefined when unknown, because Quay then omits the key. */
function performerOf(actor: Actor | null): JsonObject | undefined {
  const name = actor?.name ?? actor?.email ?? actor?.id
  if (actor === null || name === undefined || actor.kind === 'anonymous') return undefined
  const isRobot = actor.kind === 'robot'
  return {
    // Quay uses `user` here for robots too.
    kind: 'user',
    name,
    is_robot: isRobot,
    avatar: avatarOf({ name, email: actor.email, kind: isRobot ? 'robot' : 'user' }),
  }
}

/** The kind of the events of a bucket by `action`, `nativeAction` and `outcome`. */
export function kindOfBucket({ keys }: HistogramBucket): QuayKind | undefined {
  const [action = '', nativeAction = '', outcome = ''] = keys
  return kindOf({ action, nativeAction, outcome })
}

/**
 * Counts by day and kind, ordered by both, from buckets by `action`, `nativeAction` and `outcome`.
 * Events that are not shown in the subject's log are not counted.
 *
 * @param named buckets of those notifications that a list serves under their own kind; it serves
 * the others as `unknown`.
 */
export function presentAggregate(
  buckets: readonly HistogramBucket[],
  named: readonly HistogramBucket[],
  subject: LogSelection,
): readonly JsonObject[] {
  const days = new Map<number, Map<string, number>>()
  const add = (timeMicros: number, kind: string, count: number) => {
    const counts = days.get(timeMicros) ?? new Map<string, number>()
    counts.set(kind, (counts.get(kind) ?? 0) + count)
    days.set(timeMicros, counts)
  }
  const namedCounts = new Map(named.map((one) => [bucketName(one), one.count]))
  for (const bucket of buckets) {
    const { timeMicros, count } = bucket
    const kind = kindOfBucket(bucket)
    if (kind === undefined || !isShown(kind, subject)) continue
    const isNamed = !KINDS_WITH_EVENT.includes(kind.kind)
    const ofKind = isNamed ? count : Math.min(namedCounts.get(bucketName(bucket)) ?? 0, count)
    if (ofKind > 0) add(timeMicros, kind.kind, ofKind)
    if (ofKind < count) add(timeMicros, UNKNOWN_KIND.kind, count - ofKind)
  }
  return [...days]
    .sort(([left], [right]) => left - right)
    .flatMap(([timeMicros, counts]) => presentDay(timeMicros, counts))
}

function bucketName({ timeMicros, keys }: HistogramBucket): string {
  return JSON.stringify([timeMicros, keys])
}

function presentDay(timeMicros: number, counts: ReadonlyMap<string, number>): JsonObject[] {
  const datetime = formatMailDate(timeMicros)
  const kinds = [...counts.keys()].sort()
  return kinds.map((kind) => ({ kind, count: counts.get(kind) ?? 0, datetime }))
}
