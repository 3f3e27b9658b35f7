import { NO_REQUEST } from '../../../core/container-engine.ts'
import type { Event } from '../../../core/event/event.ts'
import { isMembers } from '../../../core/json/json.ts'
import type { Condition } from '../../../core/query/query.ts'
import { HAPPENED, hasHappened } from '../log/ending.ts'
import { containerTypeOf } from '../log/event-names.ts'
import { CONTAINER_TYPES, type ContainerType } from '../parameters.ts'

/** The states of a container; `gone` means that it was destroyed. */
export type ContainerState = 'running' | 'paused' | 'stopped' | 'gone'

/** What an event reports about the state of a container. */
export interface StateReport {
  readonly type: ContainerType
  /** For Docker, 64 hexadecimal digits, or 12 from a log; older kinds have only a name. */
  readonly id: string | undefined
  readonly name: string | undefined
  readonly image: string | undefined
  readonly state: ContainerState
}

const STATE_AFTER_ACTION: ReadonlyMap<string, ContainerState> = new Map([
  ['container.create', 'stopped'],
  ['container.start', 'running'],
  ['container.restart', 'running'],
  ['container.unpause', 'running'],
  ['container.pause', 'paused'],
  ['container.exit', 'stopped'],
  ['container.stop', 'stopped'],
  ['container.delete', 'gone'],
])

/** The action of events collected from a station's feed; their own word says what happened. */
const COLLECTED_ACTION = 'container.notify'

const STATE_AFTER_NOTICE: ReadonlyMap<string, ContainerState> = new Map([
  ['create', 'stopped'],
  ['start', 'running'],
  ['restart', 'running'],
  ['unpause', 'running'],
  ['pause', 'paused'],
  ['die', 'stopped'],
  ['stop', 'stopped'],
  ['destroy', 'gone'],
])

/**
 * Conditions for every event that may report the state of a container. Acts that did not happen are
 * excluded here, so that any number of them cannot hide the last one that did.
 */
export const STATE_CONDITIONS: readonly Condition[] = [
  { field: 'action', in: [...STATE_AFTER_ACTION.keys(), COLLECTED_ACTION] },
  HAPPENED,
  NO_REQUEST,
]

/** The container state that an event reports; undefined for none, or if it did not happen. */
export function stateReportOf(event: Event): StateReport | undefined {
  const content = event.action === COLLECTED_ACTION ? event.details?.['content'] : undefined
  const members = isMembers(content) ? content : undefined
  const state =
    members === undefined
      ? STATE_AFTER_ACTION.get(event.action)
      : STATE_AFTER_NOTICE.get(String(members['state']))
  if (state === undefined || !hasHappened(event)) return undefined
  const image = event.details?.['image']
  return {
    type: CONTAINER_TYPES.find((type) => type === members?.['type']) ?? containerTypeOf(event),
    id: event.target?.id,
    name: event.target?.name,
    image: typeof image === 'string' ? image : undefined,
    state,
  }
}

/** Fewest digits of an id that may be used to name it. */
const ID_DIGITS_MIN = 12

/** Whether a text may be a whole id or the beginning of one. */
export function isIdBeginning(text: string): boolean {
  return text.length >= ID_DIGITS_MIN && /^[0-9a-f]+$/.test(text)
}

/** Whether `name` refers to a container: by its id, the beginning of its id, or its name. */
export function isNamed(
  container: { readonly id: string | undefined; readonly name: string | undefined },
  name: string,
): boolean {
  const { id = '' } = container
  if (container.name === name || id === name) return true
  // Logs contain only the beginning of an id.
  const isPrefix = isIdBeginning(name) && id.startsWith(name)
  return isPrefix || (isIdBeginning(id) && name.startsWith(id))
}
