import type { Event, JsonObject, JsonValue, StoredEvent } from '../../../core/event/event.ts'
import { isJsonObject } from '../../../core/json/json.ts'
import type { Condition } from '../../../core/query/query.ts'
import { HAPPENED, hasHappened, isFailed } from '../log/ending.ts'
import { containerTypeOf, imageNameOf, imagePartsOf, targetNameOf } from '../log/event-names.ts'
import { epochSeconds } from '../log/wall-clock.ts'
import { userOf } from '../present.ts'
import { isRow, NO_ROW } from '../source.ts'
import { NOTICE_ACTIONS } from './notice-actions.ts'
import { pythonJson } from './python-json.ts'

/** The user in notices for everyone. */
const ALL_USERS = 'all'

/** One string of the feed of events, before it is formatted. */
interface Notice {
  readonly category: string
  /** The recipient: a user, `all`, or `system`. */
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

/** The feed's notice of an event; undefined if Container Station has no words for it. */
function noticeOf(stored: StoredEvent): Notice | undefined {
  const { event } = stored
  const makeForAll = NOTICES_FOR_ALL.get(event.action)
  if (makeForAll !== undefined) return isReported(event) ? makeForAll(stored) : undefined
  const isUnsure = UNSURE_UPDATES.has(event.action) && event.outcome === 'unknown'
  if (isUnsure && !isReported(event)) return undefined
  return NOTICES_FOR_ACTOR.get(event.action)?.(stored)
}

/**
 * Whether an event reports a state that was reached. A station's own notices of states are
 * collected from its feed, so the rows of its log are not repeated here.
 */
function isReported(event: Event): boolean {
  return hasHappened(event) && !isRow(event)
}

/** Conditions for events with `isReported`. */
const REPORTED: readonly Condition[] = [HAPPENED, NO_ROW]

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

/** Engines' words about their own images, by action, which Container Station passes on. */
const IMAGE_UPDATES: ReadonlyMap<string, string> = new Map([
  ['image.build', 'build'],
  ['image.load', 'load'],
  ['image.tag', 'tag'],
  ['image.untag', 'untag'],
])

type MakeNotice = (stored: StoredEvent) => Notice | undefined

/** Notices for everyone, about acts that happened. */
const NOTICES_FOR_ALL: ReadonlyMap<string, MakeNotice> = new Map<string, MakeNotice>([
  ...[...CONTAINER_STATES].map(
    ([action, state]) =>
      [action, ({ event }: StoredEvent) => containerNotice(event, state)] as const,
  ),
  ...[...IMAGE_UPDATES].map(
    ([action, state]) =>
      [action, ({ event }: StoredEvent) => imageUpdate(event, { state, user: ALL_USERS })] as const,
  ),
  ...NOTICE_ACTIONS.map((action) => [action, collectedNotice] as const),
])

/** Notices for the user who acted. They show whether the act is in progress, done or failed. */
const NOTICES_FOR_ACTOR: ReadonlyMap<string, MakeNotice> = new Map<string, MakeNotice>([
  ['image.pull', imageDownload],
  ['image.delete', imageDelete],
  ['tag.delete', imageDelete],
  ['image.push', (stored) => backgroundNotice(stored, 'image_push', imageNameOf(stored.event))],
  ['background-task.run', taskNotice],
  ['container.export', exportNotice],
  ['container.import', importNotice],
  ['image.import', importNotice],
])

/** The image states that report acts with an unknown outcome. */
const UNSURE_UPDATES: ReadonlyMap<string, string> = new Map([
  ['image.pull', 'pull'],
  ['image.delete', 'delete'],
  ['tag.delete', 'delete'],
])

/**
 * Holds for events with a notice for a reader: for everyone, for the reader, or for the system. (An
 * unreadable collected notice has none, but is not excluded here.)
 *
 * @param readers the names of a reader, with `''` for events without an actor.
 */
export function noticeCondition(readers: readonly string[]): Condition {
  return {
    anyOf: [
      [{ field: 'action', in: [...NOTICES_FOR_ALL.keys()] }, ...REPORTED],
      [
        { field: 'action', in: [...NOTICES_FOR_ACTOR.keys()] },
        { field: 'actorName', in: readers },
        {
          anyOf: [
            [{ field: 'action', notIn: [...UNSURE_UPDATES.keys()] }],
            [{ field: 'outcome', notIn: ['unknown'] }],
            REPORTED,
          ],
        },
      ],
    ],
  }
}

function containerNotice(event: Event, state: string): Notice {
  const isOfNetwork = event.action.startsWith('network.')
  const name = isOfNetwork ? event.details?.['containerName'] : event.target?.name
  const id = isOfNetwork ? event.details?.['container'] : event.target?.id
  return {
    category: 'container',
    user: ALL_USERS,
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
  const unfinished = unfinishedImageNotice(stored, 'image_download')
  if (unfinished !== undefined) return unfinished
  const { name, tag } = imagePartsOf(event)
  return {
    category: 'image',
    user: userOf(event),
    content: {
      action: 'download',
      name,
      repository: repositoryOf(event),
      state: isFailed(event) ? 'error' : 'success',
      tag,
      type: containerTypeOf(event),
    },
  }
}

function imageDelete(stored: StoredEvent): Notice {
  const { event } = stored
  const unfinished = unfinishedImageNotice(stored, 'image_remove')
  if (unfinished !== undefined) return unfinished
  return {
    category: 'image',
    user: userOf(event),
    content: {
      action: 'delete',
      name: imagePartsOf(event).name,
      state: isFailed(event) ? 'error' : 'success',
      type: containerTypeOf(event),
    },
  }
}

/** The notice of an act that only began, or whose outcome is unknown. */
function unfinishedImageNotice(stored: StoredEvent, task: string): Notice | undefined {
  const { event } = stored
  if (event.outcome === 'pending') return backgroundNotice(stored, task, imageNameOf(event))
  const state = event.outcome === 'unknown' ? UNSURE_UPDATES.get(event.action) : undefined
  return state === undefined ? undefined : imageUpdate(event, { state, user: userOf(event) })
}

/** The origin of an image: Container Station uses `dockerhub`, `qnap` or `lxd`. */
function repositoryOf({ details }: Event): JsonValue {
  const registry = details?.['repository'] ?? details?.['registry'] ?? 'docker.io'
  return registry === 'docker.io' ? 'dockerhub' : registry
}

/** A task that has a row in Container Station's own log. */
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

/** Collected notices are returned unchanged. */
function collectedNotice({ event }: StoredEvent): Notice | undefined {
  const { category, content, user } = event.details ?? {}
  if (!isJsonObject(content)) return undefined
  return {
    category: typeof category === 'string' ? category : event.category,
    user: typeof user === 'string' ? user : ALL_USERS,
    content,
  }
}

/** The progress of a task, and Container Station's result for a failed one. */
function progressOf(event: Event): JsonObject {
  if (isFailed(event)) return { result: -2, state: 'error' }
  // A task without a result may still be running.
  return event.outcome === 'success' ? { result: 0, state: 'completed' } : { state: 'running' }
}

function taskIdOf({ event, seq }: StoredEvent): JsonValue {
  return event.details?.['tid'] ?? seq + 1
}
