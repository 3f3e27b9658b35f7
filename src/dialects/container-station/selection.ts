import { type Visibility, visibleEvents } from '../../access/directory/visibility.ts'
import { ENGINE_KIND, NO_REQUEST } from '../../core/container-engine.ts'
import type { Category, Level } from '../../core/event/event.ts'
import { NOT_IMPLIED_BY_PUSH } from '../../core/query/implied-by-push.ts'
import type { Condition, EventFilter } from '../../core/query/query.ts'
import { TIME_MICROS_END, TIME_MICROS_MIN } from '../../core/time/timestamp.ts'
import type { Caller } from './credentials.ts'
import type { ClearMarks } from './log/clear-marks.ts'
import { engineActionsSaying } from './log/engine-message.ts'
import { levelCondition } from './log/shown-level.ts'
import type { WallClock } from './log/wall-clock.ts'
import { NOTICE_ACTIONS } from './notices/notice-actions.ts'
import type { LogParameters } from './parameters.ts'

/** The log's name for an unknown actor. */
export const NOBODY = 'system'

/** The categories of the log, with the event categories that each includes. */
const LOG_CATEGORIES: ReadonlyMap<string, readonly Category[]> = new Map([
  ['container', ['container']],
  ['image', ['image']],
  ['import', ['import']],
  ['export', ['export']],
  ['backup', ['backup']],
  // Container Station logs acts on networks as `system`.
  ['system', ['system', 'network']],
  ['volume', ['volume']],
])

const SHOWN_CATEGORIES = [...LOG_CATEGORIES.values()].flat()

const CATEGORY_SHOWN_AS: ReadonlyMap<Category, string> = new Map(
  [...LOG_CATEGORIES].flatMap(([shown, categories]) =>
    categories.map((category): [Category, string] => [category, shown]),
  ),
)

/** The category of the log for an event category. */
export function shownCategory(category: Category): string {
  return CATEGORY_SHOWN_AS.get(category) ?? category
}

const LEVELS: ReadonlyMap<string, Level> = new Map([
  ['INFO', 'info'],
  ['WARN', 'warn'],
  ['ERROR', 'error'],
])

/**
 * The events that a caller may see: those of one tenant, because a log belongs to one station. A
 * caller without a tenant sees those of the default tenant.
 */
export function visibilityOf(caller: Caller): Visibility {
  const { tenants, conditions } = visibleEvents(caller.principal)
  return { tenants: tenants === 'all' ? [caller.tenant] : tenants, conditions }
}

/** The events of the log that a caller sees, without those that were cleared. */
export function logFilter(visibility: Visibility, marks: ClearMarks): EventFilter {
  return {
    tenants: visibility.tenants,
    conditions: [
      ...visibility.conditions,
      { field: 'category', in: SHOWN_CATEGORIES },
      NO_REQUEST,
      NOT_IMPLIED_BY_PUSH,
      // A station's notices repeat its log in other words.
      { field: 'action', notIn: NOTICE_ACTIONS },
      ...[...marks].map(([origin, fromSeq]): Condition => ({ origin, fromSeq })),
    ],
  }
}

/** The events of a log that match the parameters of `GET /log`. */
export function narrowed(
  log: EventFilter,
  parameters: LogParameters,
  wallClock: WallClock,
): EventFilter {
  const { startSeconds, endSeconds } = parameters
  return {
    ...log,
    ...(startSeconds !== undefined && { fromMicros: bounded(wallClock.microsAt(startSeconds)) }),
    // The range includes the whole last second.
    ...(endSeconds !== undefined && { toMicros: bounded(wallClock.microsAt(endSeconds + 1)) }),
    conditions: [...log.conditions, ...parameterConditions(parameters)],
  }
}

function parameterConditions(parameters: LogParameters): readonly Condition[] {
  const { user, levels, categories, text } = parameters
  const conditions: Condition[] = []
  if (user !== undefined) {
    conditions.push({ field: 'actorName', in: user === NOBODY ? ['', NOBODY] : [user] })
  }
  // An unknown word matches nothing, and a list of such words matches no row.
  if (levels !== undefined) {
    conditions.push(levelCondition(levels.flatMap((level) => LEVELS.get(level) ?? [])))
  }
  if (categories !== undefined) {
    const named = categories.flatMap((category) => LOG_CATEGORIES.get(category) ?? [])
    conditions.push({ field: 'category', in: named })
  }
  if (text !== undefined) conditions.push(textCondition(text))
  return conditions
}

/** The words for engines' reports are made for the answer, so they are searched by action. */
function textCondition(text: string): Condition {
  const inMessage: Condition = { messageContains: text }
  const actions = engineActionsSaying(text)
  if (actions.length === 0) return inMessage
  const inWords: readonly Condition[] = [
    { field: 'sourceKind', in: [ENGINE_KIND] },
    { field: 'action', in: actions },
  ]
  return { anyOf: [[inMessage], inWords] }
}

function bounded(micros: number): number {
  return Math.min(Math.max(micros, TIME_MICROS_MIN), TIME_MICROS_END)
}
