import type { Event, JsonObject, JsonValue, StoredEvent } from '../../core/event.ts'
import { ROW_WORD, STATION_SOURCE_KIND } from './collected-source.ts'
import { containerTypeOf, imageNameOf, imagePartsOf, targetNameOf } from './event-names.ts'
import { NOTICE_ACTIONS } from './notice-actions.ts'
import { userOf } from './present.ts'
import { pythonJson } from './python-json.ts'
import { epochSeconds } from './wall-clock.ts'

/** Whom a notice is for when it is for everybody: what a daemon tells. */
const EVERYBODY = 'all'

/** One string of the feed of events, before it is written. */
interface Notice {
  readonly category: string
  /** Whom it is for: a user, `all`, or `system`. */
  readonly user: string
  readonly content: JsonObject
}

/** The feed's string of an event: `category:user:epoch:JSON`; undefined when it has none. */
export function noticeText(stored: StoredEvent): string | undefined {
  const notice = noticeOf(stored)
  if (notice === undefined) return undefined
  const seconds = epochSeconds(stored.event.time)
  return `${notice.category}:${notice.user}:${seconds}:${pythonJson(notice.content)}`
}

/** What the feed says of an event; undefined for what Container Station has no words for. */
function noticeOf(stored: StoredEvent): Notice | undefined {
  const { event } = stored
  const state = CONTAINER_STATES.get(event.action)
  // A station's own notices of its containers were collected beside the rows of its log.
  if (state !== undefined) return isRow(event) ? undefined : containerNotice(event, state)
  const update = IMAGE_UPDATES.get(event.action)
  if (update !== undefined) return imageUpdate(event, { state: update, user: EVERYBODY })
  return NOTICES.get(event.action)?.(stored)
}

/** States of containers, by the action that leads to them. */
const CONTAINER_STATES: ReadonlyMap<string, string> = new Map([
  ['container.create', 'create'],
  ['container.start', 'start'],
  ['container.stop', 'stop'],
  ['container.restart', 'restart'],
  ['container.exit', 'die'],
  ['container.pause', 'pause'],
  ['container.unpause', 'unpause'],
  ['container.delete', 'destroy'],
  ['network.connect', 'connect'],
  ['network.disconnect', 'disconnect'],
])

/** What an engine says of its own images, by action: Container Station passes its words on. */
const IMAGE_UPDATES: ReadonlyMap<string, string> = new Map([
  ['image.build', 'build'],
  ['image.load', 'load'],
  ['image.tag', 'tag'],
  ['image.untag', 'untag'],
])

const NOTICES: ReadonlyMap<string, (stored: StoredEvent) => Notice | undefined> = new Map([
  ['image.pull', imageDownload],
  ['image.delete', imageDelete],
  ['tag.delete', imageDelete],
  ['image.push', (stored) => backgroundNotice(stored, 'image_push', imageNameOf(stored.event))],
  ['background-task.run', taskNotice],
  ['container.export', exportNotice],
  ['container.import', importNotice],
  ['image.import', importNotice],
  ...NOTICE_ACTIONS.map((action) => [action, collectedNotice] as const),
])

/** The actions whose notices are for everybody. */
export const NOTICES_FOR_ALL: readonly string[] = [
  ...CONTAINER_STATES.keys(),
  ...IMAGE_UPDATES.keys(),
  ...NOTICE_ACTIONS,
]

/** The actions whose notices are for who acted. */
export const NOTICES_FOR_ACTOR: readonly string[] = [...NOTICES.keys()].filter(
  (action) => !NOTICES_FOR_ALL.includes(action),
)

function containerNotice(event: Event, state: string): Notice {
  const isOfNetwork = event.action.startsWith('network.')
  const name = isOfNetwork ? event.details?.['containerName'] : event.target?.name
  const id = isOfNetwork ? event.details?.['container'] : event.target?.id
  return {
    category: 'container',
    user: EVERYBODY,
    content: {
      container: name ?? null,
      ...(id !== undefined && { id }),
      state,
      type: containerTypeOf(event),
    },
  }
}

function imageUpdate(
  event: Event,
  { state, user }: { readonly state: string; readonly user: string },
): Notice {
  return {
    category: 'image',
    user,
    content: {
      action: 'update',
      category: 'local',
      id: imageNameOf(event),
      state,
      type: containerTypeOf(event),
    },
  }
}

function imageDownload(stored: StoredEvent): Notice {
  const { event } = stored
  if (event.outcome === 'pending') {
    return backgroundNotice(stored, 'image_download', imageNameOf(event))
  }
  // The only word for a download of which nobody knows how it ended.
  if (event.outcome === 'unknown') return imageUpdate(event, { state: 'pull', user: userOf(event) })
  const { name, tag } = imagePartsOf(event)
  return {
    category: 'image',
    user: userOf(event),
    content: {
      action: 'download',
      name,
      repository: repositoryOf(event),
      state: isFailure(event) ? 'error' : 'success',
      tag,
      type: containerTypeOf(event),
    },
  }
}

function imageDelete({ event }: StoredEvent): Notice {
  return {
    category: 'image',
    user: userOf(event),
    content: {
      action: 'delete',
      name: imagePartsOf(event).name,
      state: isFailure(event) ? 'error' : 'success',
      type: containerTypeOf(event),
    },
  }
}

/** Where an image came from: Container Station says `dockerhub`, `qnap` or `lxd`. */
function repositoryOf({ details }: Event): JsonValue {
  const registry = details?.['repository'] ?? details?.['registry'] ?? 'docker.io'
  return registry === 'docker.io' ? 'dockerhub' : registry
}

/** A task as Container Station's own log tells of it. */
function taskNotice(stored: StoredEvent): Notice {
  const { event } = stored
  return backgroundNotice(stored, event.target?.type ?? '', targetNameOf(event))
}

function backgroundNotice(stored: StoredEvent, task: string, container: string): Notice {
  const { event } = stored
  return {
    category: 'background',
    user: userOf(event),
    content: { category: task, container, ...progressOf(event), tid: taskIdOf(stored) },
  }
}

function exportNotice(stored: StoredEvent): Notice {
  const { event } = stored
  return {
    category: 'export',
    user: userOf(event),
    content: {
      cid: event.target?.id ?? event.target?.name ?? null,
      compress: event.details?.['compress'] ?? false,
      container: event.target?.name ?? null,
      path: event.details?.['path'] ?? null,
      ...progressOf(event),
      tid: taskIdOf(stored),
      type: containerTypeOf(event),
    },
  }
}

function importNotice(stored: StoredEvent): Notice {
  const { event } = stored
  return {
    category: 'import',
    user: userOf(event),
    content: {
      cid: targetNameOf(event) || null,
      path: event.details?.['path'] ?? null,
      ...progressOf(event),
      tid: taskIdOf(stored),
      type: containerTypeOf(event),
    },
  }
}

/** What came from a station's feed goes out as it came. */
function collectedNotice({ event }: StoredEvent): Notice | undefined {
  const { category, content, user } = event.details ?? {}
  if (!isObject(content)) return undefined
  return {
    category: typeof category === 'string' ? category : event.category,
    user: typeof user === 'string' ? user : EVERYBODY,
    content,
  }
}

/** How far a task is; what failed has the result that Container Station shows for it. */
function progressOf(event: Event): JsonObject {
  if (event.outcome === 'pending') return { state: 'running' }
  if (event.outcome === 'unknown') return { state: 'completed' }
  return isFailure(event) ? { result: -2, state: 'error' } : { result: 0, state: 'completed' }
}

function isFailure({ outcome }: Event): boolean {
  return outcome === 'failure' || outcome === 'denied'
}

function taskIdOf({ event, seq }: StoredEvent): JsonValue {
  return event.details?.['tid'] ?? seq + 1
}

function isRow({ source, nativeAction }: Event): boolean {
  return source.kind === STATION_SOURCE_KIND && nativeAction === ROW_WORD
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
