import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ACTIONS } from '../../../../src/core/event/action-catalogue.ts'
import { type Event, OUTCOMES } from '../../../../src/core/event/event.ts'
import { IMPLIED_BY_PUSH } from '../../../../src/core/query/implied-by-push.ts'
import type { EventReader } from '../../../../src/core/query/query.ts'
import { formatTimestamp } from '../../../../src/core/time/timestamp.ts'
import { LOGGED_BY_TAG, QUAY_KINDS } from '../../../../src/dialects/quay/entries/kinds.ts'
import { quayExportForm } from '../../../../src/dialects/quay/exports/export-document.ts'
import { aggregateLogs } from '../../../../src/dialects/quay/log/aggregate-logs.ts'
import { formatMailDate } from '../../../../src/dialects/quay/log/time-range.ts'
import { presentEntry } from '../../../../src/dialects/quay/present.ts'
import {
  entryKindOf,
  isShown,
  kindConditions,
  kindOf,
  type LogSubject,
  subjectFilter,
} from '../../../../src/dialects/quay/selection.ts'
import { eventOf } from '../../../support/store-events.ts'
import { microsOf, StoreModel } from '../../../support/store-model.ts'
import { jobOf } from '../../exports/export-jobs.ts'

const START = Date.UTC(2026, 0, 30) * 1000
const END = Date.UTC(2026, 2, 3) * 1000
const RANGE = { startMicros: START, endMicros: END }
/** The same range as a client asks for it. */
const ASKED = {
  dates: { starttime: '01/30/2026', endtime: '03/02/2026' },
  performer: undefined,
  nextPage: undefined,
}

const subject: fc.Arbitrary<LogSubject> = fc.record(
  {
    tenant: fc.constantFrom('default', 'other'),
    namespace: fc.constantFrom('acme', 'bob'),
    repository: fc.constantFrom('app', 'team/app'),
    hidesServiceKeys: fc.boolean(),
  },
  { requiredKeys: ['tenant', 'namespace', 'hidesServiceKeys'] },
)

const actions = ACTIONS.map(({ action }) => action)
const kinds = QUAY_KINDS.map(({ kind }) => kind)

const event: fc.Arbitrary<Event> = fc
  .record({
    tenant: fc.constantFrom('default', 'other'),
    namespace: fc.constantFrom('acme', 'bob', undefined),
    repository: fc.constantFrom('app', 'team/app', undefined),
    tag: fc.constantFrom('1', undefined),
    source: fc.constantFrom(
      ...['distribution', 'quay', 'engine', 'docker-authz'].map((kind) => ({ kind, name: 'a' })),
    ),
    action: fc.oneof(
      fc.constantFrom(...actions),
      fc.constantFrom(...LOGGED_BY_TAG, ...IMPLIED_BY_PUSH),
      fc.constantFrom('container.start', 'x.y'),
    ),
    nativeAction: fc.oneof(
      fc.constantFrom(undefined, 'push', 'service_key_create', 'add_repo_notification'),
      fc.constantFrom(...kinds),
    ),
    outcome: fc.constantFrom(...OUTCOMES),
    details: fc.constantFrom(undefined, { event: 'repo_push' }, { event: 'quota_warning' }),
    time: fc.integer({ min: START - 1000, max: END + 1000 }).map(formatTimestamp),
  })
  .map(({ namespace, repository, tag, ...fields }) =>
    eventOf({ ...fields, target: { namespace, repository, tag } }),
  )

const events = fc.array(event, { minLength: 5, maxLength: 60 })

function modelOf(stored: readonly Event[]): StoreModel {
  const model = new StoreModel()
  model.events.push(...stored.map((one, seq) => ({ event: one, origin: 'o', seq })))
  return model
}

/** The part of the store that an aggregate reads. */
function readerOf(model: StoreModel): Parameters<typeof aggregateLogs>[2] {
  const unused = () => {
    throw new Error('an aggregate asks for a histogram alone')
  }
  const events: EventReader = {
    histogram: async (query) => model.histogram(query),
    page: unused,
    get: unused,
    tail: unused,
    count: unused,
    topValues: unused,
    stream: unused,
    export: unused,
  }
  return { events, clock: () => END }
}

function belongs(one: Event, { tenant, namespace, repository }: LogSubject): boolean {
  const micros = microsOf(one.time)
  return (
    one.tenant === tenant &&
    one.target?.namespace === namespace &&
    (repository === undefined || one.target.repository === repository) &&
    micros >= START &&
    micros < END
  )
}

test('the filter lets through exactly the events of the subject that have a shown kind', () => {
  fc.assert(
    fc.property(events, subject, (stored, of) => {
      const filter = subjectFilter(of, RANGE, kindConditions(of))
      const found = modelOf(stored).matching(filter)
      const expected = stored.filter((one) => {
        const kind = entryKindOf(one)
        return belongs(one, of) && kind !== undefined && isShown(kind, of)
      })
      expect(found.map((one) => one.event)).toEqual(expected)
    }),
  )
})

test('an aggregate counts what the list shows, by kind and real day, ordered by both', async () => {
  await fc.assert(
    fc.asyncProperty(events, subject, async (stored, of) => {
      const model = modelOf(stored)
      const aggregate = await aggregateLogs(of, ASKED, readerOf(model), undefined)
      const counts = new Map<string, number>()
      for (const { event: one } of model.matching(subjectFilter(of, RANGE, kindConditions(of)))) {
        const key = `${one.time.slice(0, 10)} ${presentEntry(one)?.['kind']}`
        counts.set(key, (counts.get(key) ?? 0) + 1)
      }
      const expected = [...counts.keys()].sort().map((key) => ({
        kind: key.slice(11),
        count: counts.get(key),
        datetime: formatMailDate(microsOf(`${key.slice(0, 10)}T00:00:00Z`)),
      }))
      expect(aggregate.aggregated).toEqual(expected)
    }),
  )
})

test('an export has the events that the list shows, and no other', () => {
  fc.assert(
    fc.property(events, subject, (stored, of) => {
      const model = modelOf(stored)
      const listed = model.matching(
        subjectFilter(of, RANGE, kindConditions({ ...of, hidesServiceKeys: false })),
      )
      const job = jobOf({ ...of, fromMicros: START, toMicros: END })
      const { filter, entry } = quayExportForm.document
      const exported = model.matching(filter(job)).filter((one) => entry(one.event) !== undefined)
      expect(exported).toEqual(listed)
    }),
  )
})

describe('what Quay logs under a tag alone', () => {
  const digest = `sha256:${'a'.repeat(64)}`
  const kindWith = (fields: Partial<Event>) => entryKindOf(eventOf(fields))?.kind

  test.each([
    ['image.push', 'push_repo'],
    ['image.mount', 'push_repo'],
    ['image.delete', 'delete_tag'],
  ])('%s by tag is %s, and by digest no entry', (action, kind) => {
    expect(kindWith({ action, target: { tag: '1', digest } })).toBe(kind)
    expect(kindWith({ action, target: { tag: '1' } })).toBe(kind)
    expect(kindWith({ action, target: { digest } })).toBeUndefined()
    expect(kindWith({ action })).toBeUndefined()
    expect(kindWith({ action, outcome: 'unknown', target: { digest } })).toBeUndefined()
  })

  test.each([
    ['image.push', 'push_repo_failed'],
    ['image.delete', 'delete_tag_failed'],
  ])('%s that failed is %s, by digest too', (action, kind) => {
    expect(kindWith({ action, outcome: 'denied', target: { digest } })).toBe(kind)
  })

  test.each([
    ['image.pull', 'pull_repo'],
    ['image.inspect', 'pull_repo'],
    ['tag.delete', 'delete_tag'],
  ])('%s is %s, by digest too', (action, kind) => {
    expect(kindWith({ action, target: { digest } })).toBe(kind)
  })

  test('what came from a Quay keeps its kind, with a tag or without', () => {
    const source = { kind: 'quay', name: 'quay' }
    const target = { digest }
    for (const kind of ['push_repo', 'delete_tag']) {
      const fields = { source, target, action: 'image.push', nativeAction: kind }
      expect(kindWith(fields)).toBe(kind)
      expect(kindWith({ ...fields, action: 'image.delete' })).toBe(kind)
    }
  })
})

test('the native action decides before the action and the outcome do', () => {
  const native = { action: 'image.pull', nativeAction: 'push_repo', outcome: 'failure' }
  expect(kindOf(native)?.kind).toBe('push_repo')
})

test.each([
  ['success', 'push_repo'],
  ['unknown', 'push_repo'],
  ['failure', 'push_repo_failed'],
  ['denied', 'push_repo_failed'],
  ['pending', undefined],
])('a push that ends in %s is %s', (outcome, kind) => {
  expect(kindOf({ action: 'image.push', nativeAction: 'push', outcome })?.kind).toBe(kind)
})

test('only the log of the current user hides the keys of services', () => {
  const hidden = (hidesServiceKeys: boolean) =>
    QUAY_KINDS.filter(
      (kind) => !isShown(kind, { tenant: 't', namespace: 'n', hidesServiceKeys }),
    ).map(({ kind }) => kind)
  expect(hidden(false)).toEqual([])
  expect(hidden(true).sort()).toEqual([
    'service_key_approve',
    'service_key_create',
    'service_key_delete',
    'service_key_extend',
    'service_key_modify',
    'service_key_rotate',
  ])
})

test('the log of a repository alone hides that a repository was deleted', () => {
  const of = { tenant: 't', namespace: 'n', hidesServiceKeys: false }
  const hidden = QUAY_KINDS.filter((kind) => !isShown(kind, { ...of, repository: 'r' }))
  expect(hidden.map(({ kind }) => kind)).toEqual(['delete_repo'])
})

test('a pull that an engine saw is not counted in addition to that of the registry', () => {
  const target = { namespace: 'acme', repository: 'app' }
  const pull = { action: 'image.pull', outcome: 'success' as const, target }
  const toldBy = (kind: string) => eventOf({ ...pull, source: { kind, name: 'main' } })
  const ofSubject = {
    tenant: toldBy('engine').tenant,
    namespace: 'acme',
    hidesServiceKeys: false,
  }
  const conditions = kindConditions(ofSubject)
  const model = modelOf([toldBy('engine'), toldBy('distribution')])
  const shown = model.matching({ tenants: [ofSubject.tenant], conditions })
  expect(shown.map(({ event: { source } }) => source.kind)).toEqual(['distribution'])
})

test('what an engine did, or was asked for, is no entry of a registry', () => {
  const pulled = { action: 'image.pull', target: { namespace: 'acme', repository: 'app' } }
  const stored = ['distribution', 'engine', 'docker-authz'].map((kind) =>
    eventOf({ ...pulled, time: formatTimestamp(START), source: { kind, name: 'a' } }),
  )
  const of: LogSubject = { tenant: 'default', namespace: 'acme', hidesServiceKeys: true }
  const found = modelOf(stored).matching(subjectFilter(of, RANGE, kindConditions(of)))
  expect(found.map(({ event: one }) => one.source.kind)).toEqual(['distribution'])
})

test.each([
  ['tag.move', 'move_tag'],
  ['repository.create', 'create_repo'],
])('%s that is derived from a push is no entry, any other is %s', (action, kind) => {
  expect(entryKindOf(eventOf({ action, nativeAction: 'push' }))).toBeUndefined()
  expect(entryKindOf(eventOf({ action }))?.kind).toBe(kind)
  expect(entryKindOf(eventOf({ action, nativeAction: 'retag' }))?.kind).toBe(kind)
  expect(entryKindOf(eventOf({ action: 'image.push', nativeAction: kind }))?.kind).toBe(kind)
})
