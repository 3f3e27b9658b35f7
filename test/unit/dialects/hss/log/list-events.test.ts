import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CATEGORIES, type Event } from '../../../../../src/core/event/event.ts'
import { formatTimestamp } from '../../../../../src/core/time/timestamp.ts'
import { listEvents } from '../../../../../src/dialects/hss/log/list-events.ts'
import {
  FILTERED_COLUMNS,
  readEventParameters,
} from '../../../../../src/dialects/hss/parameters.ts'
import { presentRow } from '../../../../../src/dialects/hss/present.ts'
import { BASE_MICROS, eventOf } from '../../../../support/store-events.ts'
import { StoreModel } from '../../../../support/store-model.ts'

const VISIBLE = { tenants: ['default'], conditions: [] }

function list(model: StoreModel, query: Readonly<Record<string, string>>) {
  return listEvents(VISIBLE, readEventParameters(query), {
    page: async (page) => model.page(page),
    count: async (filter) => model.matching(filter).length,
    get: unused,
    tail: unused,
    histogram: unused,
    topValues: unused,
    stream: unused,
    export: unused,
  })
}

function unused(): never {
  throw new Error('only pages and counts are asked for')
}

/** Few words, so that what one event has as a name another has as a path or a word of HSS. */
const word = fc.constantFrom('a', 'b', 'image', 'container', 'a/b', 'scc_hss_container/a:*', 'a:b')
const maybe = fc.option(word, { nil: undefined })
const path = fc.option(fc.constantFrom('a', 'b', 'a/b'), { nil: undefined })
const tag = fc.option(fc.constantFrom('1.0', '*', 'b'), { nil: undefined })

const events: fc.Arbitrary<Event> = fc
  .record({
    time: fc.integer({ min: 0, max: 3000 }),
    verb: fc.constantFrom('operate', 'push'),
    category: fc.constantFrom(...CATEGORIES.slice(0, 3)),
    nativeAction: maybe,
    actor: maybe,
    target: fc.record({ type: maybe, id: maybe, name: maybe, namespace: maybe, tag }),
    repository: path,
    ip: fc.option(fc.constantFrom('10.0.0.5', '2001:db8::1'), { nil: undefined }),
    details: fc.dictionary(fc.constantFrom(...FILTERED_COLUMNS, 'event_id'), word),
  })
  .map(({ time, verb, category, nativeAction, actor, target, repository, ip, details }) =>
    eventOf({
      time: formatTimestamp(BASE_MICROS + time),
      source: { kind: 'api', name: 'main' },
      action: `${category}.${verb}`,
      category,
      nativeAction,
      actor: actor === undefined ? null : { kind: 'user', name: actor },
      target: { ...target, repository },
      client: { ip },
      details,
    }),
  )

test('a filter finds exactly the rows that show its value, whatever made the value', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(events, { minLength: 1, maxLength: 12 }), async (drawn) => {
      const model = modelOf(drawn)
      const all = (await list(model, { limit: '200' }))['data_list']
      if (!Array.isArray(all)) throw new Error('no rows')
      for (const column of FILTERED_COLUMNS) {
        for (const value of new Set(all.map((row) => row[column]))) {
          if (value === '') continue
          expect(await list(model, { limit: '200', [column]: value })).toEqual({
            total_num: all.filter((row) => row[column] === value).length,
            data_list: all.filter((row) => row[column] === value),
          })
        }
      }
    }),
  )
})

test('however often a repository has the separator, its namespace and tag are found', async () => {
  for (const separators of [63, 64, 65, 300]) {
    const target = (separator: string) => ({
      namespace: 'acme',
      repository: `a${`${separator}a`.repeat(separators)}`,
      tag: '1.0',
    })
    const drawn = ['/', ':'].map((separator) => eventOf({ target: target(separator) }))
    const model = modelOf(drawn)
    for (const event of drawn) {
      for (const column of ['resource_name', 'resource_type'] as const) {
        const { [column]: value } = rowOf(event)
        expect(await list(model, { [column]: String(value) })).toMatchObject({ total_num: 1 })
      }
    }
  }
})

test('pages of filtered rows add up to all of them, in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(events, { maxLength: 12 }), async (drawn) => {
      const model = modelOf(drawn)
      for (const filter of [{}, { user_name: 'a' }, { event_type: 'image', event_name: 'b' }]) {
        const whole = await list(model, { ...filter, limit: '200' })
        const rows = []
        for (let offset = 0; offset < 14; offset += 3) {
          const page = await list(model, { ...filter, limit: '3', offset: String(offset) })
          expect(page['total_num']).toBe(whole['total_num'])
          rows.push(...Object(page['data_list']))
        }
        expect(rows).toEqual(whole['data_list'])
      }
    }),
  )
})

test('events of other categories, and of other tenants, are no rows', async () => {
  const model = modelOf([
    eventOf({ category: 'user', action: 'user.create' }),
    eventOf({ tenant: 'other' }),
    eventOf({ category: 'container', action: 'container.start' }),
  ])
  expect(await list(model, {})).toMatchObject({ total_num: 1, data_list: [{}] })
})

test('rows of a registry and of an engine say what happened to what', () => {
  const push = eventOf({
    nativeAction: 'push',
    target: { type: 'image', namespace: 'acme', repository: 'team/app', tag: '1.0' },
    client: { ip: '203.0.113.9' },
  })
  expect(rowOf(push)).toEqual({
    resource_name: 'acme/team/app',
    resource_type: 'image',
    event_name: 'push',
    event_id: push.id,
    event_type: 'image',
    source_ip: '203.0.113.9',
    user_name: 'alice',
    time: BASE_MICROS / 1000,
    content: 'image.push acme/team/app:1.0 (success)',
  })
  const start = eventOf({
    action: 'container.start',
    category: 'container',
    actor: null,
    target: { name: 'web', repository: 'nginx' },
    message: 'Container web was started',
  })
  expect(rowOf(start)).toMatchObject({
    resource_name: 'web',
    resource_type: 'scc_hss_container/nginx:*',
    event_name: 'start',
    event_type: 'container',
    source_ip: '',
    user_name: '',
    content: 'Container web was started',
  })
})

test.each([
  ['success', 'Container web was started'],
  ['unknown', 'Container web was started'],
  ['failure', 'Container web was started (failure)'],
  ['denied', 'Container web was started (denied)'],
  ['pending', 'Container web was started (pending)'],
] as const)('words of a sender do not hide that an act ended in %s', (outcome, content) => {
  const start = { action: 'container.start', outcome, message: 'Container web was started' }
  expect(rowOf(eventOf(start))).toMatchObject({ content })
})

function modelOf(drawn: readonly Event[]): StoreModel {
  const model = new StoreModel()
  model.events.push(...drawn.map((event, seq) => ({ event, origin: 'o', seq })))
  return model
}

function rowOf(event: Event) {
  return presentRow({ event, origin: 'o', seq: 0 })
}

test('an act on an engine is one row, however it is known who asked for it', async () => {
  const act = { action: 'image.pull', category: 'image' } as const
  const model = modelOf([
    eventOf({ ...act, source: { kind: 'engine', name: 'host1' }, actor: null }),
    eventOf({ ...act, source: { kind: 'docker-authz', name: 'host1' } }),
  ])
  expect(await list(model, {})).toMatchObject({ total_num: 1, data_list: [{ user_name: '' }] })
  expect(await list(model, { event_type: 'image' })).toMatchObject({ total_num: 1 })
  expect(await list(model, { user_name: 'alice' })).toMatchObject({ total_num: 0 })
})
