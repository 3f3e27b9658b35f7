import type { Actor, Event, JsonObject } from '../../core/event.ts'
import type { HistogramBucket } from '../../core/query.ts'
import { parseTimestamp } from '../../core/timestamp.ts'
import { avatarOf } from './avatar.ts'
import type { QuayKind } from './kinds.ts'
import { metadataOf } from './metadata.ts'
import { isShown, kindOf, type LogSelection } from './selection.ts'
import { formatMailDate } from './time-range.ts'

/** One entry of a log, with the keys in Quay's order. Undefined for an event without a kind. */
export function presentEntry(event: Event): JsonObject | undefined {
  const kind = kindOf(event)
  return kind === undefined ? undefined : entryOf(event, kind)
}

function entryOf(event: Event, kind: QuayKind): JsonObject {
  const performer = performerOf(event.actor)
  return {
    kind: kind.kind,
    metadata: metadataOf(event, kind),
    ip: event.client?.ip ?? null,
    datetime: formatMailDate(parseTimestamp(event.time) ?? 0),
    ...(performer !== undefined && { performer }),
  }
}

/** Who did it; undefined when nobody is known, since Quay then leaves the key out. */
function performerOf(actor: Actor | null): JsonObject | undefined {
  const name = actor?.name ?? actor?.email ?? actor?.id
  if (actor === null || name === undefined || actor.kind === 'anonymous') return undefined
  const isRobot = actor.kind === 'robot'
  return {
    // Quay says `user` here for robots too.
    kind: 'user',
    name,
    is_robot: isRobot,
    avatar: avatarOf({ name, email: actor.email, kind: isRobot ? 'robot' : 'user' }),
  }
}

/**
 * Counts by day and kind, ordered by both, from buckets by `action`, `nativeAction` and `outcome`.
 * What is not shown in the subject's log is not counted.
 */
export function presentAggregate(
  buckets: readonly HistogramBucket[],
  subject: LogSelection,
): readonly JsonObject[] {
  const days = new Map<number, Map<string, number>>()
  for (const { timeMicros, keys, count } of buckets) {
    const [action = '', nativeAction = '', outcome = ''] = keys
    const kind = kindOf({ action, nativeAction, outcome })
    if (kind === undefined || !isShown(kind, subject)) continue
    const counts = days.get(timeMicros) ?? new Map<string, number>()
    counts.set(kind.kind, (counts.get(kind.kind) ?? 0) + count)
    days.set(timeMicros, counts)
  }
  return [...days]
    .sort(([left], [right]) => left - right)
    .flatMap(([timeMicros, counts]) => presentDay(timeMicros, counts))
}

function presentDay(timeMicros: number, counts: ReadonlyMap<string, number>): JsonObject[] {
  const datetime = formatMailDate(timeMicros)
  const kinds = [...counts.keys()].sort()
  return kinds.map((kind) => ({ kind, count: counts.get(kind) ?? 0, datetime }))
}
