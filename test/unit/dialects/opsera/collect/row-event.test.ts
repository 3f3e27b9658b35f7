import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseNewEvent } from '../../../../../src/core/boundary/parse-event.ts'
import type { JsonObject } from '../../../../../src/core/event/event.ts'
import { rowEvent } from '../../../../../src/dialects/opsera/collect/row-event.ts'
import { readAuditParameters } from '../../../../../src/dialects/opsera/parameters.ts'
import { presenterOf } from '../../../../../src/dialects/opsera/present.ts'
import { type LogName, logFilter } from '../../../../../src/dialects/opsera/selection.ts'
import { StoreModel } from '../../../../support/store-model.ts'

const ACTION = {
  _id: '61042540e1d666c9ded178c4',
  user_id: '5e1cbf251c26d68f7ce6361e',
  user_email: 'support@opsera.io',
  type: 'pipeline',
  action: 'update',
  target_id: '5fbe589a0fae8b021e137534',
  account: 'org-opsera-dnd-acc0',
  createdAt: '2021-07-30T16:13:52.109Z',
  updatedAt: '2021-07-30T16:13:52.109Z',
  __v: 0,
}
const USE = {
  _id: '61057f3a1429a35336563240',
  token_id: '61043b2bbcb6d95b55adc5fd',
  scope: 'api',
  target: '/v1/logs/user/tokens',
  user_id: '5e1cbf251c26d68f7ce6361e',
  account: 'org-opsera-dnd-acc0',
  createdAt: '2021-07-31T16:50:02.242Z',
  updatedAt: '2021-07-31T16:50:02.242Z',
  __v: 0,
}
const STEP = {
  _id: '627a9c44621d7e001d743568',
  user_id: '60157c8c70628140f776e359',
  pipeline_id: '611e7dca57f4eff66e9db084',
  tool_identifier: 'consumer.response',
  step_id: '611508513ce36642d3180dc8',
  step_index: 2,
  step_name: 'anchore',
  step_configuration: { tool: 'event based automation', topic: 'opsera.pipeline.response' },
  action: 'start confirmation',
  api_response: { stepId: '611508513ce36642d3180dc8', runCount: 174, deep: [{ a: null }, 0.5] },
  message: 'Anchore Scan Started Successfully',
  status: 'analyzing',
  run_count: 174,
  createdAt: '2022-05-10T17:09:24.080Z',
  updatedAt: '2022-05-10T17:09:24.080Z',
  __v: 0,
}

/** Rows through the boundary into a ledger; they must come out of their log alone. */
function served(log: LogName, rows: readonly JsonObject[]): readonly JsonObject[] {
  const model = new StoreModel()
  rows.forEach((members, seq) => {
    const row = { id: String(members['_id']), createdMs: undefined, members }
    const { event } = parseNewEvent(rowEvent(log, row), {
      receivedMicros: Date.UTC(2026, 10, 22) * 1000,
      tenant: 'default',
      anyTenant: false,
      source: { kind: 'opsera', name: 'main' },
    })
    model.events.push({ event: JSON.parse(JSON.stringify(event)), origin: 'o', seq })
  })
  const asker = {
    visibility: { tenants: ['default'], conditions: [] },
    tenant: 'default',
    directory: { users: () => [] },
  }
  const rowsOf = (name: LogName) =>
    model
      .matching(logFilter(name, readAuditParameters({}), asker))
      .map(presenterOf(name, () => 'unused'))
  const same = log === 'actions' ? 'audit' : log
  for (const other of (['audit', 'tokens', 'pipelines'] as const).filter((one) => one !== same)) {
    expect(rowsOf(other)).toEqual([])
  }
  return rowsOf(log)
}

describe('what is collected is served again as it was', () => {
  test.each<[LogName, JsonObject]>([
    ['actions', ACTION],
    ['audit', { ...ACTION, target_name: 'x', newData: { a: [1, 'b'] }, changeLog: {} }],
    ['tokens', USE],
    ['pipelines', STEP],
    ['pipelines', { ...STEP, type: 'odd', extra: true }],
  ])('%s %#', (log, row) => {
    expect(served(log, [row])).toEqual([row])
  })

  const ids = fc.uuid().map((id) => id.replaceAll('-', '').slice(0, 24))
  const value = fc.oneof(
    fc.constantFrom(
      '',
      'token',
      'use',
      'use-failed',
      'pipeline-step',
      'Stop',
      'x'.repeat(600),
      'a\nb',
    ),
    fc.constantFrom(null, 0, -1.5, true),
    fc.constantFrom({}, { a: '' }, [[]]),
    fc.string({ unit: 'grapheme', maxLength: 8 }).filter((text) => !text.includes('\0')),
  )
  const optional = (row: JsonObject) =>
    fc
      .tuple(
        fc.subarray(Object.keys(row).filter((key) => key !== '_id')),
        fc.dictionary(fc.constantFrom(...Object.keys(row), 'more', '__proto__'), value),
        ids,
      )
      .map(([left, odd, id]): JsonObject => {
        const kept = Object.fromEntries(left.map((key) => [key, row[key] ?? null]))
        return { ...kept, ...odd, _id: id }
      })
      .filter((one) => Object.keys(one).includes('createdAt') && one['createdAt'] !== '')

  test.each<[LogName, JsonObject]>([
    ['audit', ACTION],
    ['tokens', USE],
    ['pipelines', STEP],
  ])('%s, whatever its members hold', (log, row) => {
    fc.assert(
      fc.property(optional(row), (odd) => {
        expect(served(log, [odd])).toEqual([odd])
      }),
    )
  })

  test('a time in another form, or of no event', () => {
    for (const createdAt of ['2021-07-30T16:13:52Z', '2021-07-30T18:13:52.109+02:00', 'soon', 7]) {
      expect(served('audit', [{ ...ACTION, createdAt }])).toEqual([{ ...ACTION, createdAt }])
    }
  })
})

test.each([
  ['login', 'auth.login', 'success'],
  ['login-failed', 'auth.login', 'failure'],
  ['Login-Denied', 'auth.login', 'denied'],
  ['login-pending', 'auth.login', 'pending'],
  ['-failed', 'auth.unknown', 'failure'],
])('a row of the action %s is %s, %s', (action, expected, outcome) => {
  const row = { ...ACTION, type: 'authentication', action }
  const event = rowEvent('audit', { id: row._id, createdMs: undefined, members: row })
  expect(event).toMatchObject({ action: expected, outcome, nativeAction: action })
  expect(served('audit', [row])).toEqual([row])
})

test('a row that no event can hold is kept as a part of its text', () => {
  const [row] = served('pipelines', [{ ...STEP, api_response: { log: 'x'.repeat(100_000) } }])
  expect(row).toMatchObject({ _id: STEP._id, step_name: 'anchore', bytes: expect.any(Number) })
  expect(String(row?.['json'])).toContain('consumer.response')
})
