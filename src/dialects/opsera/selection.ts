import type { Directory } from '../../access/directory/directory.ts'
import type { Visibility } from '../../access/directory/visibility.ts'
import { NO_PENDING_REQUEST } from '../../core/container-engine.ts'
import { NOT_IMPLIED_BY_PUSH } from '../../core/query/implied-by-push.ts'
import type { Condition, EventFilter, Field } from '../../core/query/query.ts'
import { OWN_SOURCE_KIND } from '../../core/values/source-name.ts'
import { categoriesOf, endedWordConditions } from './log/action-types.ts'
import { digestId, OBJECT_ID_LENGTH } from './log/object-id.ts'
import type { LogQuestion } from './parameters.ts'
import { OPSERA_SOURCE_KIND, STEP_TARGET_TYPE, TOKEN_USE_ACTION } from './source.ts'

/** The names of the logs. */
export const LOG_NAMES = ['actions', 'audit', 'tokens', 'pipelines'] as const
export type LogName = (typeof LOG_NAMES)[number]

/** The fields that name a target, in the order in which its id is derived from them. */
const TARGET_NAME_FIELDS = [
  'targetId',
  'targetName',
  'namespace',
  'repository',
] as const satisfies readonly Field[]

const COLLECTED: Condition = { field: 'sourceKind', in: [OPSERA_SOURCE_KIND] }
const NOT_COLLECTED: Condition = { field: 'sourceKind', notIn: [OPSERA_SOURCE_KIND] }

/**
 * Acts of people and programs, except steps of pipelines and uses of tokens, which have other logs.
 */
const USER_ACTIONS: readonly Condition[] = [
  { field: 'actorKind', in: ['user', 'robot', 'service'] },
  { field: 'action', notIn: [TOKEN_USE_ACTION] },
  { field: 'targetType', notIn: [STEP_TARGET_TYPE] },
  NOT_IMPLIED_BY_PUSH,
]

/** Which events are rows of a log. */
const ROWS_OF: Readonly<Record<LogName, readonly Condition[]>> = {
  actions: USER_ACTIONS,
  audit: USER_ACTIONS,
  // A sender's reports about other tokens must not count as uses of these.
  tokens: [
    { field: 'action', in: [TOKEN_USE_ACTION] },
    { field: 'sourceKind', in: [OWN_SOURCE_KIND, OPSERA_SOURCE_KIND] },
  ],
  pipelines: [
    { field: 'category', in: ['pipeline'] },
    // A user's acts on a pipeline of a collected Opsera are only in its user actions.
    { anyOf: [[NOT_COLLECTED], [{ field: 'targetType', in: [STEP_TARGET_TYPE] }]] },
  ],
}

/** The caller, and the directory of users. */
interface Asker {
  readonly visibility: Visibility
  readonly tenant: string
  readonly directory: Pick<Directory, 'users'>
}

/** The events of one tenant that are rows of a log and match the query. */
export function logFilter(log: LogName, question: LogQuestion, asker: Asker): EventFilter {
  const { tenants, conditions } = asker.visibility
  return {
    ...question.range,
    tenants: tenants === 'all' ? [asker.tenant] : tenants,
    conditions: [
      ...conditions,
      NO_PENDING_REQUEST,
      ...ROWS_OF[log],
      ...(question.types === undefined ? [] : [typeCondition(log, question.types)]),
      ...actionConditions(question),
      ...(question.scopes === undefined
        ? []
        : [{ detail: 'scope', in: question.scopes } satisfies Condition]),
      ...(question.userId === undefined ? [] : [userCondition(question.userId, asker)]),
      ...targetConditions(question),
    ],
  }
}

function typeCondition(log: LogName, types: readonly string[]): Condition {
  if (log === 'pipelines') return stepTypeCondition(types)
  return {
    anyOf: [
      [COLLECTED, { field: 'targetType', inIgnoringCase: types }],
      [NOT_COLLECTED, { field: 'category', in: categoriesOf(types) }],
    ],
  }
}

/**
 * The row's `type`, else its `tool_identifier`, which is that of the source when none was stated.
 */
function stepTypeCondition(types: readonly string[]): Condition {
  const noType: Condition = { detail: 'type', in: [''] }
  return {
    anyOf: [
      [{ detail: 'type', in: types }],
      [noType, { detail: 'tool_identifier', in: types }],
      [
        noType,
        { detail: 'tool_identifier', in: [''] },
        NOT_COLLECTED,
        { field: 'sourceKind', in: types },
      ],
    ],
  }
}

function actionConditions({ actions, userEmail }: LogQuestion): readonly Condition[] {
  const conditions: Condition[] = []
  if (actions !== undefined) {
    conditions.push({
      anyOf: [
        [COLLECTED, { field: 'nativeAction', inIgnoringCase: actions }],
        [NOT_COLLECTED, { anyOf: endedWordConditions(actions) }],
      ],
    })
  }
  if (userEmail !== undefined) {
    const noEmail: Condition = { field: 'actorEmail', in: [''] }
    conditions.push({
      anyOf: [
        [{ field: 'actorEmail', inIgnoringCase: [userEmail] }],
        [NOT_COLLECTED, noEmail, { field: 'actorName', inIgnoringCase: [userEmail] }],
      ],
    })
  }
  return conditions
}

/**
 * Users of Waybill are found by their own ids. For others the ids of all events are hashed, in
 * addition to those that a row shows unchanged.
 */
function userCondition(userId: string, { directory, tenant }: Asker): Condition {
  const asItCame: Condition = { field: 'actorId', in: [userId] }
  const users = directory.users(tenant).filter(({ id }) => digestId([id]) === userId)
  if (users.length > 0) {
    const own: Condition = { field: 'actorId', in: users.map(({ id }) => id) }
    return { anyOf: [[asItCame], [NOT_COLLECTED, own]] }
  }
  return {
    anyOf: [
      [asItCame],
      [
        NOT_COLLECTED,
        { field: 'actorId', notIn: [''] },
        { field: 'actorId', notHexadecimalDigits: OBJECT_ID_LENGTH },
        { digestOf: ['actorId'], startsWith: userId },
      ],
      [
        NOT_COLLECTED,
        { field: 'actorId', in: [''] },
        { field: 'actorName', notIn: [''] },
        { digestOf: ['actorName'], startsWith: userId },
      ],
    ],
  }
}

function targetConditions({ targetId }: LogQuestion): readonly Condition[] {
  if (targetId === undefined) return []
  const named = TARGET_NAME_FIELDS.map((field): Condition[] => [{ field, notIn: [''] }])
  return [
    {
      anyOf: [
        [{ field: 'targetId', in: [targetId] }],
        [
          NOT_COLLECTED,
          { field: 'targetId', notHexadecimalDigits: OBJECT_ID_LENGTH },
          { anyOf: named },
          { digestOf: TARGET_NAME_FIELDS, startsWith: targetId },
        ],
      ],
    },
  ]
}
