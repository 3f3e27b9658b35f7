import { inspectDetails } from '../../../core/boundary/json-inspection.ts'
import type { Category, JsonObject, JsonValue, Outcome } from '../../../core/event/event.ts'
import type { NewEvent } from '../../../core/event/new-event.ts'
import { EVENT_BYTES_MAX, MESSAGE_LENGTH_MAX, NAME_LENGTH_MAX } from '../../../core/limits.ts'
import {
  formatTimestamp,
  parseTimestamp,
  TIME_MICROS_END,
  TIME_MICROS_MIN,
} from '../../../core/time/timestamp.ts'
import { recordableText } from '../../../core/values/recordable-text.ts'
import { deadRowEvent } from '../../../intake/dead-letter.ts'
import { categoryOfType, readEndedWord } from '../log/action-types.ts'
import type { LogName } from '../selection.ts'
import { STEP_TARGET_TYPE, TOKEN_USE_ACTION } from '../source.ts'

/** A row of a log, with the name that tells it from every other row. */
export interface LogRow {
  readonly id: string
  /** Milliseconds since the epoch; undefined when the row does not say. */
  readonly createdMs: number | undefined
  readonly members: JsonObject
  /** What the log has in place of a row, when that is not an object. */
  readonly item?: unknown
}

/** Bytes of an event that the boundary fills in: its ids, its tenant, times. */
const FILLED_IN_BYTES = 4 * 1024
/** Characters of members that are kept as text when they cannot be kept as they are. */
const KEPT_TEXT_LENGTH = 12 * 1024

/**
 * The event of a row. What has no field of its own, or does not fit it, stays in the details under
 * its own name, so that the same row can be served again.
 */
export function rowEvent(log: LogName, { id, members, item }: LogRow): NewEvent {
  if (item !== undefined) return deadRowEvent(log, item)
  const row = new Members(members)
  if (members['_id'] === id) row.text('_id')
  const event = {
    ...row.time(),
    source: { eventId: id },
    ...EVENTS[log](row),
  }
  return { ...event, ...keptMembers(row.rest(), JSON.stringify(event)) }
}

type Fields = Omit<NewEvent, 'source' | 'time'>

const EVENTS: Readonly<Record<LogName, (row: Members) => Fields>> = {
  actions: userAction,
  audit: userAction,
  tokens: (row) => ({
    action: TOKEN_USE_ACTION,
    category: 'token',
    outcome: 'success',
    actor: { kind: 'user', ...row.text('user_id', 'id') },
    target: { type: 'token', ...row.text('token_id', 'id'), ...row.text('target', 'name') },
  }),
  pipelines: (row) => ({
    action: 'pipeline.step.run',
    category: 'pipeline',
    ...outcomeOf(row.value('status')),
    actor: { kind: 'user', ...row.text('user_id', 'id') },
    target: {
      type: STEP_TARGET_TYPE,
      ...row.text('step_id', 'id'),
      ...row.text('step_name', 'name'),
    },
    ...row.text('action', 'nativeAction'),
    ...row.text('message', 'message', MESSAGE_LENGTH_MAX),
  }),
}

function userAction(row: Members): Fields {
  const [type, action] = [row.value('type'), row.value('action')]
  const { word, outcome } = readEndedWord(typeof action === 'string' ? action : '')
  return {
    action: actionOf(type, word),
    category: categoryOf(type),
    outcome,
    actor: { kind: 'user', ...row.text('user_id', 'id'), ...row.text('user_email', 'email') },
    target: {
      // Rows of another log have this type.
      ...(type !== STEP_TARGET_TYPE && row.text('type', 'type')),
      ...row.text('target_id', 'id'),
    },
    ...row.text('action', 'nativeAction'),
  }
}

/** `pipeline` and `Webhook-Start` as `pipeline.webhook-start`. */
function actionOf(type: JsonValue | undefined, action: string): string {
  const object = wordOf(type)
  const verb = wordOf(action)
  if (object === 'authentication') return `auth.${verb}`
  const name = `${object}.${verb}`
  return name === TOKEN_USE_ACTION ? 'token.used' : name
}

function wordOf(value: JsonValue | undefined): string {
  const text = typeof value === 'string' ? value.toLowerCase() : ''
  const word = text.replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^[-0-9]+|-+$/g, '')
  return word.slice(0, NAME_LENGTH_MAX / 4) || 'unknown'
}

function categoryOf(type: JsonValue | undefined): Category {
  return categoryOfType(typeof type === 'string' ? type.toLowerCase() : '')
}

const OUTCOME_OF_STATUS: readonly (readonly [RegExp, Outcome])[] = [
  [/fail|error|reject|abort|denied/i, 'failure'],
  [/success|complete|finish|pass|approved/i, 'success'],
  [/running|analy|pending|start|wait|progress|queue/i, 'pending'],
]

function outcomeOf(status: JsonValue | undefined): Pick<Fields, 'outcome' | 'level'> {
  const text = typeof status === 'string' ? status : ''
  const outcome = OUTCOME_OF_STATUS.find(([pattern]) => pattern.test(text))?.[1] ?? 'unknown'
  return { outcome, level: outcome === 'failure' ? 'warn' : 'info' }
}

/** The members of a row; those that went into fields of the event are left out of the rest. */
class Members {
  readonly #members: JsonObject
  readonly #taken = new Set<string>()

  constructor(members: JsonObject) {
    this.#members = members
  }

  value(key: string): JsonValue | undefined {
    return this.#members[key]
  }

  /** A member as a field of the event, when it is a text that the field can hold. */
  text<Name extends string>(
    key: string,
    name?: Name,
    lengthMax = NAME_LENGTH_MAX,
  ): { readonly [Key in Name]?: string } {
    const value = this.#members[key]
    const isText = typeof value === 'string' && value !== '' && value.length <= lengthMax
    if (!isText || !value.isWellFormed() || value.includes('\0')) return {}
    this.#taken.add(key)
    if (name === undefined) return {}
    return { [name]: value } as { readonly [Key in Name]: string }
  }

  time(): { readonly time?: string } {
    const text = this.#members['createdAt']
    const micros = typeof text === 'string' ? parseTimestamp(text) : undefined
    if (micros === undefined || micros < TIME_MICROS_MIN || micros >= TIME_MICROS_END) return {}
    // In another form it could not be told from the time of the event.
    if (new Date(Math.floor(micros / 1000)).toISOString() === text) this.#taken.add('createdAt')
    return { time: formatTimestamp(micros) }
  }

  rest(): JsonObject {
    return Object.fromEntries(
      Object.entries(this.#members).filter(([key]) => !this.#taken.has(key)),
    )
  }
}

/** Members that no event can hold (too large, too deep, NULs) are kept as text: their JSON. */
function keptMembers(members: JsonObject, otherFields: string): Pick<NewEvent, 'details'> {
  if (Object.keys(members).length === 0) return {}
  const problem = inspectDetails(members)
  const json = JSON.stringify(members)
  const room = EVENT_BYTES_MAX - FILLED_IN_BYTES - Buffer.byteLength(otherFields)
  if (problem === undefined && Buffer.byteLength(json) <= room) return { details: members }
  return {
    details: {
      unreadable: problem?.expected ?? 'members of less than an event may hold',
      json: recordableText(json, KEPT_TEXT_LENGTH),
      bytes: Buffer.byteLength(json),
    },
  }
}
