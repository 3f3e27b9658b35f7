import { createHash } from 'node:crypto'
import { cutText } from '../../../core/cut-text.ts'
import type { JsonObject, Target } from '../../../core/event/event.ts'
import type { NewEvent } from '../../../core/event/new-event.ts'
import { isJsonObject, type Members } from '../../../core/json/json.ts'
import { parseJsonKeepingNumbers } from '../../../core/json/json-numbers.ts'
import { EVENT_BYTES_MAX, NAME_LENGTH_MAX } from '../../../core/limits.ts'
import { recordableText } from '../../../core/values/recordable-text.ts'
import { actorOf, timeOf } from './row-event.ts'

/** One string of a station's feed, taken apart. */
interface FeedString {
  readonly category: string
  readonly user: string
  readonly seconds: number
  readonly content: JsonObject
}

/** The place of a string: in the window that began at `index`, from 0 for its oldest. */
export interface FeedPlace {
  readonly index: number
  readonly number: number
}

/** Longest text of a string's content that an event keeps as it is, in UTF-16 units. */
const CONTENT_LENGTH_MAX = Math.floor(EVENT_BYTES_MAX / 8)

/**
 * The event of a string of the feed; undefined for those kinds that repeat what the log says:
 * tasks, exports, imports, and images that a user downloads or deletes. What is left are states
 * of containers and of an engine's own images, and whatever a later station tells.
 */
export function noticeEvent(text: string, place: FeedPlace): NewEvent | undefined {
  const notice = readString(text)
  if (notice === undefined) return unreadable(text, place)
  const { category, user, seconds, content } = notice
  if (isInLog(notice)) return undefined
  const time = timeOf(seconds * 1_000_000)
  const told = category === 'container' || category === 'image' ? category : undefined
  const word = [content['state'], content['port'], content['action']].find(
    (one) => typeof one === 'string',
  )
  return {
    ...(time !== undefined && { time }),
    source: { eventId: eventIdOf(text, place) },
    action: `${told ?? 'host'}.notify`,
    nativeAction: cutText(`${category}:${word ?? ''}`, NAME_LENGTH_MAX),
    category: told ?? 'system',
    outcome: 'success',
    actor: user === 'all' ? null : actorOf(user),
    target: targetOf(content, told),
    details: { category, user, content },
  }
}

const TASK_CATEGORIES = ['background', 'export', 'import']

function isInLog({ category, content }: FeedString): boolean {
  if (TASK_CATEGORIES.includes(category)) return true
  return category === 'image' && content['action'] !== 'update'
}

/** `category:user:epoch:JSON`. */
function readString(text: string): FeedString | undefined {
  const { category, user, seconds, json } =
    /^(?<category>[^:]+):(?<user>[^:]*):(?<seconds>\d{1,12}):(?<json>\{.*\})$/s.exec(text)
      ?.groups ?? {}
  if (category === undefined || json === undefined || json.length > CONTENT_LENGTH_MAX) {
    return undefined
  }
  const content = parsed(json)
  if (content === undefined) return undefined
  return { category, user: user ?? '', seconds: Number(seconds), content }
}

function parsed(json: string): JsonObject | undefined {
  try {
    const value = parseJsonKeepingNumbers(json)
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Kept unchanged, or its beginning: nothing that a station says is dropped without a trace. */
function unreadable(text: string, place: FeedPlace): NewEvent {
  const isCut = text.length > CONTENT_LENGTH_MAX
  return {
    source: { eventId: eventIdOf(text, place) },
    action: 'host.notify',
    nativeAction: 'unreadable',
    category: 'system',
    level: 'warn',
    details: {
      text: recordableText(text, CONTENT_LENGTH_MAX),
      ...(isCut && { length: text.length }),
    },
  }
}

/** A station numbers its strings only together: the place counts those of others as well. */
function eventIdOf(text: string, { index, number }: FeedPlace): string {
  const sha256 = createHash('sha256').update(text).digest('hex').slice(0, 32)
  return `event-${index}-${number}-${sha256}`
}

function targetOf(content: Members, told: string | undefined): Target {
  const { container, id, name } = content
  const names = told === 'image' ? [name, id] : [container, name]
  const shown = names.find((one): one is string => typeof one === 'string')
  return {
    type: told ?? 'station',
    ...(typeof id === 'string' && { id: cutText(id, NAME_LENGTH_MAX) }),
    ...(shown !== undefined && { name: cutText(shown, NAME_LENGTH_MAX) }),
  }
}
