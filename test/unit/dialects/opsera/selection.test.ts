import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { User } from '../../../../src/access/directory/directory.ts'
import type { Event, JsonObject } from '../../../../src/core/event/event.ts'
import { CATEGORIES, OUTCOMES } from '../../../../src/core/event/event.ts'
import { digestId } from '../../../../src/dialects/opsera/log/object-id.ts'
import { readAuditParameters } from '../../../../src/dialects/opsera/parameters.ts'
import { presenterOf } from '../../../../src/dialects/opsera/present.ts'
import { LOG_NAMES, logFilter } from '../../../../src/dialects/opsera/selection.ts'
import { eventOf } from '../../../support/store-events.ts'
import { StoreModel } from '../../../support/store-model.ts'

const USER: User = {
  id: '0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000',
  name: 'alice',
  kind: 'user',
  tenant: 'default',
  roles: [],
  createdAt: '2026-01-01T00:00:00.000000Z',
}
const OBJECT_ID = '5e1cbf251c26d68f7ce6361e'
const maybe = (...texts: string[]) => fc.constantFrom(undefined, ...texts)

const events: fc.Arbitrary<Event> = fc
  .record({
    kind: fc.constantFrom('api', 'opsera', 'waybill', 'buildbot'),
    action: fc.constantFrom(
      ...['token.use', 'auth.login', 'image.change', 'user.add', 'pipeline.step.run', 'a.update'],
      ...['auth.login-failed', 'user.add-denied'],
    ),
    nativeAction: maybe('login', 'Login', 'update'),
    outcome: fc.constantFrom(...OUTCOMES),
    category: fc.constantFrom(...CATEGORIES),
    actor: fc.option(
      fc.record({
        kind: fc.constantFrom('user', 'robot', 'service', 'system', 'anonymous'),
        id: maybe(USER.id, OBJECT_ID, 'u1'),
        name: maybe('alice', 'bob'),
        email: maybe('Bob@example.com', 'bob'),
      }),
    ),
    type: maybe('pipeline', 'registry', 'pipeline-step', 'Policy'),
    id: maybe(OBJECT_ID, 't1'),
    name: maybe('n1', 'alice'),
    namespace: maybe('acme'),
    details: fc.record({
      type: fc.constantFrom<undefined | string | number>(undefined, 'sonar', '', 3),
      tool_identifier: maybe('sonar', 'buildbot', 'api'),
      scope: maybe('api', 'security-logs'),
    }),
  })
  .map(({ kind, actor, type, id, name, namespace, details, ...plain }) =>
    plainEvent({
      ...plain,
      source: { kind, name: 'x', eventId: '61042540e1d666c9ded178c4' },
      actor: actor as Event['actor'],
      target: { type, id, name, namespace },
      // Of a collected user action the details hold what the event has no field for.
      details: { ...details, ...(kind === 'opsera' && { type: undefined }) } as JsonObject,
    }),
  )

/** Without the members that are undefined, as events are. */
function plainEvent(fields: Partial<Event>): Event {
  const { target, details, ...event }: Event = JSON.parse(JSON.stringify(eventOf(fields)))
  return {
    ...event,
    ...(Object.keys(target ?? {}).length > 0 && { target }),
    ...(Object.keys(details ?? {}).length > 0 && { details }),
  }
}

const asker = {
  visibility: { tenants: ['default'], conditions: [] },
  tenant: 'default',
  directory: { users: () => [USER] },
}

/** What a filter picks must be what the rows themselves say. */
function expectRows(
  drawn: readonly Event[],
  query: object,
  holds: (row: JsonObject) => boolean,
  logs: readonly (typeof LOG_NAMES)[number][] = ['audit'],
): void {
  const model = new StoreModel()
  model.events.push(...drawn.map((event, seq) => ({ event, origin: 'o', seq })))
  for (const log of logs) {
    const none = readAuditParameters({})
    const all = model.matching(logFilter(log, none, asker))
    const question = { ...none, ...readAuditParameters(query), ...query }
    const found = model.matching(logFilter(log, question, asker))
    const present = presenterOf(log, (tenant) => tenant)
    expect(found.map(({ seq }) => seq)).toEqual(
      all.filter((stored) => holds(present(stored))).map(({ seq }) => seq),
    )
  }
}

const sameText = (value: unknown, wanted: string) =>
  typeof value === 'string' && value.toLowerCase() === wanted.toLowerCase()
const log = fc.array(events, { minLength: 1, maxLength: 12 })

test.each(['pipeline', 'registry', 'REGISTRY', 'policy', 'authentication', 'nothing'])(
  'type=%s holds for the rows of that type',
  (type) => {
    fc.assert(
      fc.property(log, (drawn) =>
        expectRows(drawn, { type }, (row) => sameText(row['type'], type)),
      ),
    )
  },
)

test.each([
  ...['login', 'update', 'Create', 'step.run', 'change', 'login-failed', 'Update-Denied'],
  ...['create-pending', 'change-failed', 'login-failed-failed', '-failed'],
])('action=%s holds for the rows of that action', (action) => {
  fc.assert(
    fc.property(log, (drawn) =>
      expectRows(drawn, { action }, (row) => sameText(row['action'], action)),
    ),
  )
})

test.each([
  ['of a user of Waybill', digestId([USER.id])],
  ['as it came', OBJECT_ID],
  ['of another id', digestId(['u1'])],
  ['of an id that is one as it came', digestId([OBJECT_ID])],
  ['of a name', digestId(['bob'])],
  ['of nobody', digestId([''])],
])('user_id %s holds for the rows of that user', (_whose, user_id) => {
  fc.assert(
    fc.property(log, (drawn) =>
      expectRows(drawn, { user_id }, (row) => row['user_id'] === user_id),
    ),
  )
})

test.each(['BOB@example.com', 'bob', 'Alice'])('user_email=%s minds no case', (user_email) => {
  fc.assert(
    fc.property(log, (drawn) =>
      expectRows(drawn, { user_email }, (row) => sameText(row['user_email'], user_email)),
    ),
  )
})

test.each([
  OBJECT_ID,
  digestId(['t1', '', '', '']),
  digestId(['', 'n1', 'acme', '']),
  digestId([OBJECT_ID, '', '', '']),
  digestId(['', '', '', '']),
])('target_id=%s holds for the rows of that target', (target_id) => {
  fc.assert(
    fc.property(log, (drawn) =>
      expectRows(drawn, { target_id }, (row) => row['target_id'] === target_id),
    ),
  )
})

test('scope holds for the uses of tokens of that scope', () => {
  fc.assert(
    fc.property(log, (drawn) =>
      expectRows(drawn, { scopes: ['api'] }, (row) => row['scope'] === 'api', ['tokens']),
    ),
  )
})

test.each(['sonar', 'buildbot', 'api'])('type=%s of a pipeline is that of its tool', (type) => {
  const toolOf = (row: JsonObject) => {
    const stated = typeof row['type'] === 'string' && row['type'] !== '' ? row['type'] : undefined
    return stated ?? row['tool_identifier']
  }
  fc.assert(
    fc.property(log, (drawn) =>
      expectRows(drawn, { types: [type] }, (row) => toolOf(row) === type, ['pipelines']),
    ),
  )
})

test('every row is in one log of user actions, uses or steps, and has an account', () => {
  fc.assert(
    fc.property(log, (drawn) => {
      const model = new StoreModel()
      model.events.push(...drawn.map((event, seq) => ({ event, origin: 'o', seq })))
      for (const name of LOG_NAMES) {
        for (const stored of model.matching(logFilter(name, readAuditParameters({}), asker))) {
          const row = presenterOf(name, (tenant) => `${tenant} as called`)(stored)
          expect(row['_id']).toMatch(/^[0-9a-f]{24}$/)
          expect(row['createdAt']).toBe('2026-11-22T12:00:00.000Z')
          if (name === 'pipelines' || stored.event.source.kind === 'opsera') continue
          expect(row).toMatchObject({ account: 'default as called', __v: 0 })
        }
      }
    }),
  )
})

test('of a request to Docker, its end alone is a user action', () => {
  const model = new StoreModel()
  const kinds = ['docker-authz', 'api'].flatMap((kind) =>
    (['pending', 'success'] as const).map((outcome) => ({ kind, outcome })),
  )
  for (const [seq, { kind, outcome }] of kinds.entries()) {
    const event = eventOf({
      ...{ outcome, action: 'container.start', category: 'container' },
      source: { kind, name: 'host1' },
      actor: { kind: 'user', name: 'alice' },
    })
    model.events.push({ event, origin: 'o', seq })
  }
  const rows = model.matching(logFilter('actions', readAuditParameters({}), asker))
  expect(rows.map(({ event }) => ({ kind: event.source.kind, outcome: event.outcome }))).toEqual(
    kinds.slice(1),
  )
})
