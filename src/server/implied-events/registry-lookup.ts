import type { Event } from '../../core/event/event.ts'
import type { Condition, EventFilter, EventReader, Position } from '../../core/query/query.ts'
import { parseTimestamp } from '../../core/time/timestamp.ts'
import {
  type RepositoryName,
  repositoryKey,
  repositoryOfEvent,
  repositoryOfTag,
  type TagName,
  tagKey,
} from './registry-names.ts'
import { BLOB_ACTIONS, type RegistryReport } from './registry-report.ts'
import { TagHistory, type TagPoint } from './tag-history.ts'

/** Most tags or repositories in one query; more are split. */
const QUERY_NAMES_MAX = 100
/** Most events of one page. */
const PAGE_EVENTS_MAX = 100

/** A tag whose past is needed. */
export interface WantedTag extends TagName {
  /**
   * The lookup covers everything from this time on, and the last point before it. Microseconds
   * since the epoch.
   */
  readonly sinceMicros: number
  /** The newest point, if known; points after `toMicros` are then not needed. */
  readonly newest?: TagPoint | undefined
  /** Exclusive, microseconds since the epoch. */
  readonly toMicros?: number | undefined
}

/** What a lookup needs. */
export interface LookupServices {
  readonly events: Pick<EventReader, 'page'>
  /** Ends a walk before its next page. */
  readonly signal: AbortSignal
}

/** The history of each tag, by key. Rejects as `EventReader.page` does. */
export async function findHistories(
  wanted: readonly WantedTag[],
  services: LookupServices,
): Promise<ReadonlyMap<string, TagHistory>> {
  const points = new Map<string, TagPoint[]>(wanted.map((tag) => [tagKey(tag), []]))
  for (const part of partsOf(wanted)) {
    const open = new Map(part.map((tag) => [tagKey(tag), tag]))
    const note = (event: Event, repository: RepositoryName) => {
      const key = tagKey({ repository, tag: event.target?.tag ?? '' })
      const tag = open.get(key)
      if (tag === undefined) return
      const point = pointOf(event)
      points.get(key)?.push(point)
      if (point.timeMicros < tag.sinceMicros) open.delete(key)
    }
    await walk({ open, filterOf: tagFilter, note, limit: 2 * open.size }, services)
  }
  await addRemovals(wanted, points, services)
  return new Map(
    wanted.map((tag) => {
      const key = tagKey(tag)
      return [key, historyOf(points.get(key) ?? [], tag.newest)]
    }),
  )
}

/** @param found newest first. */
function historyOf(found: readonly TagPoint[], newest: TagPoint | undefined): TagHistory {
  const history = new TagHistory([...found].reverse())
  if (newest !== undefined && !history.has(newest.eventId)) history.add(newest)
  return history
}

/** Whether repositories exist, by key: they have an event, and their newest is not a deletion. */
export async function findRepositories(
  wanted: readonly RepositoryName[],
  services: LookupServices,
): Promise<ReadonlyMap<string, boolean>> {
  const exists = new Map(wanted.map((name) => [repositoryKey(name), false]))
  for (const part of partsOf(wanted)) {
    const open = new Map(part.map((name) => [repositoryKey(name), name]))
    const note = (event: Event, repository: RepositoryName) => {
      const key = repositoryKey(repository)
      if (open.delete(key)) exists.set(key, event.action !== 'repository.delete')
    }
    const filterOf = (names: readonly RepositoryName[]) =>
      filterBy(names, [{ field: 'action', notIn: BLOB_ACTIONS }])
    await walk({ open, filterOf, note, limit: open.size }, services)
  }
  return exists
}

/** The `source.eventId`s of the reports that are stored already. */
export async function findEventIds(
  reports: readonly RegistryReport[],
  { events, signal }: LookupServices,
): Promise<ReadonlySet<string>> {
  const found = new Set<string>()
  for (const part of partsOf(reports)) {
    signal.throwIfAborted()
    const names = part.map(({ repository }) => repository)
    const ids = part.map(({ point }) => point.eventId)
    const filter = filterBy(names, [{ field: 'eventId', in: ids }])
    const page = await events.page({ filter, order: 'newest', limit: PAGE_EVENTS_MAX })
    for (const { event } of page.events) found.add(event.source.eventId ?? '')
  }
  return found
}

/** The deletion of a repository also removed its tags. */
async function addRemovals(
  wanted: readonly WantedTag[],
  points: ReadonlyMap<string, TagPoint[]>,
  { events, signal }: LookupServices,
): Promise<void> {
  const found = wanted.filter((tag) => (points.get(tagKey(tag)) ?? []).length > 0)
  for (const part of partsOf(found)) {
    signal.throwIfAborted()
    const names = part.map(({ repository }) => repository)
    const filter = filterBy(names, [{ field: 'action', in: ['repository.delete'] }])
    const page = await events.page({ filter, order: 'newest', limit: PAGE_EVENTS_MAX })
    for (const { event } of page.events) {
      const repository = repositoryOfEvent(event)
      if (repository === undefined) continue
      const key = repositoryKey(repository)
      for (const [tag, list] of points) if (repositoryOfTag(tag) === key) list.push(pointOf(event))
    }
  }
  for (const list of points.values()) list.sort((one, other) => other.timeMicros - one.timeMicros)
}

interface Walk<Wanted> {
  /** What is still needed, by key; `note` removes what was found. */
  readonly open: Map<string, Wanted>
  readonly filterOf: (wanted: readonly Wanted[]) => EventFilter
  readonly note: (event: Event, repository: RepositoryName) => void
  /** Events of the first page. */
  readonly limit: number
}

/** Reads events, newest first, until everything was found. */
async function walk<Wanted>(
  { open, filterOf, note, limit: firstLimit }: Walk<Wanted>,
  { events, signal }: LookupServices,
): Promise<void> {
  let after: Position | undefined
  let limit = firstLimit
  while (open.size > 0) {
    signal.throwIfAborted()
    const page = await events.page({
      filter: filterOf([...open.values()]),
      order: 'newest',
      limit: Math.min(limit, PAGE_EVENTS_MAX),
      ...(after !== undefined && { after }),
    })
    for (const { event } of page.events) {
      const repository = repositoryOfEvent(event)
      if (repository !== undefined) note(event, repository)
    }
    if (page.next === undefined) return
    after = page.next
    limit = PAGE_EVENTS_MAX
  }
}

/** Every event that shows where one of the tags was. */
function tagFilter(wanted: readonly WantedTag[]): EventFilter {
  const ends = wanted.map(({ toMicros }) => toMicros ?? Number.POSITIVE_INFINITY)
  const end = Math.max(...ends)
  const filter = filterBy(
    wanted.map(({ repository }) => repository),
    [
      { field: 'tag', in: unique(wanted.map(({ tag }) => tag)) },
      { field: 'action', in: ['image.push', 'tag.delete'] },
      { field: 'outcome', in: ['success'] },
    ],
  )
  return Number.isFinite(end) ? { ...filter, toMicros: end } : filter
}

/** The fields of an event that identify its repository. */
const REPOSITORY_FIELDS = ['sourceKind', 'sourceName', 'namespace', 'repository'] as const

/** The events of the repositories, and some others, as each field is matched by itself. */
function filterBy(names: readonly RepositoryName[], more: readonly Condition[]): EventFilter {
  const ofNames = REPOSITORY_FIELDS.map((field) => ({
    field,
    in: unique(names.map((name) => name[field])),
  }))
  return { tenants: unique(names.map(({ tenant }) => tenant)), conditions: [...ofNames, ...more] }
}

function pointOf({ time, source, action, target }: Event): TagPoint {
  return {
    timeMicros: parseTimestamp(time) ?? 0,
    eventId: source.eventId ?? '',
    digest: action === 'image.push' ? (target?.digest ?? '') : '',
  }
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)]
}

function partsOf<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  const parts: (readonly Item[])[] = []
  for (let start = 0; start < items.length; start += QUERY_NAMES_MAX) {
    parts.push(items.slice(start, start + QUERY_NAMES_MAX))
  }
  return parts
}
