import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Event } from '../../src/core/event/event.ts'
import type {
  Condition,
  EventFilter,
  HistogramBucket,
  HistogramQuery,
  PageQuery,
} from '../../src/core/query/query.ts'
import { HISTOGRAM_INTERVALS } from '../../src/core/query/query.ts'
import { formatTimestamp } from '../../src/core/time/timestamp.ts'
import { mintUuid } from '../../src/core/values/uuid.ts'
import { BASE_MICROS, eventOf } from '../support/store-events.ts'
import type { OpenedStore, StoreHarness } from '../support/store-harness.ts'
import { StoreModel } from '../support/store-model.ts'

const RUNS = 25
const STEPS_MAX = 25
const DAY_MICROS = 86_400 * 1_000_000

/** Few values, so that events share them; some that SQL would trip over. */
const names = fc.constantFrom('a', 'b', 'a\n', 'A', `it's \\ "{p0:String}"`, 'é\n\u0001')
const maybeName = fc.oneof(names, fc.constant(''))
const ids = fc.constantFrom(...Array.from({ length: 12 }, () => mintUuid(BASE_MICROS / 1000)))
/** A SHA-256, which is stored as bytes, and texts that resemble one, one of them of 32 bytes. */
const SHA256 = `sha256:${'0a1b2c3d'.repeat(8)}`
const digests = fc.constantFrom('', SHA256, 'sha256:0a1b', `sha256:${'0a1b2'.repeat(5)}`, 'b:0a1b')
const beginnings = fc.constantFrom(
  ...[
    SHA256,
    `${SHA256}0`,
    SHA256.slice(0, 12),
    SHA256.slice(0, 13),
    'sha256:',
    's',
    'b:0',
    '0a1b',
  ],
)
const messages = fc.constantFrom('Push of ALPHA', 'alpha-beta gamma', 'Ärger, beta.', '')
/** Ties, neighbours, whole days, and times far away on both sides. */
const times = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 2 }).map((step) => BASE_MICROS + step) },
  fc.integer({ min: -3, max: 3 }).map((days) => BASE_MICROS + days * DAY_MICROS),
  fc
    .integer({ min: -900, max: 900 })
    .map((days) => Date.UTC(2026, 10, 22) * 1000 + days * DAY_MICROS),
  fc.constantFrom(0, Date.UTC(2110, 1, 29) * 1000, Date.UTC(2200, 0, 1) * 1000 - 1),
)

const events = fc
  .record({
    tenant: fc.constantFrom('t1', 't2', "t'3"),
    id: ids,
    time: times,
    isNamedById: fc.boolean(),
    namespace: maybeName,
    targetName: maybeName,
    tag: maybeName,
    digest: digests,
    nativeAction: fc.constantFrom('', 'Push_Repo', 'é'),
    actorName: maybeName,
    level: fc.constantFrom('info' as const, 'warn' as const),
    message: messages,
    detail: fc.oneof(maybeName, fc.constantFrom('at first\nbeta', 'nalpha')),
  })
  .map(({ isNamedById, time, actorName, detail, ...plain }) => {
    const { namespace, targetName: name, tag, digest, message, nativeAction } = plain
    const target = present({ namespace, name, tag, digest })
    return eventOf({
      ...{ tenant: plain.tenant, id: plain.id, level: plain.level },
      time: formatTimestamp(time),
      source: { kind: 'api', name: 'test', ...(isNamedById ? { eventId: plain.id } : undefined) },
      actor: actorName === '' ? null : { kind: 'user', name: actorName },
      ...(Object.keys(target).length === 0 ? undefined : { target }),
      ...present({ message, nativeAction }),
      ...(detail === '' ? undefined : { details: { detail, deep: [{ detail }] } }),
    })
  })

/** The members that are not empty: an event has no others. */
function present<Members extends Readonly<Record<string, string>>>(members: Members) {
  const partial: Partial<Members> = {}
  for (const key in members) if (members[key] !== '') partial[key] = members[key]
  return partial
}

const conditions: fc.Arbitrary<Condition> = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({
      field: fc.constantFrom('namespace', 'tag', 'targetName', 'actorName', 'level', 'actorKind'),
      in: fc.array(fc.oneof(maybeName, fc.constantFrom('info', 'user')), { maxLength: 3 }),
    }),
    fc.record({
      field: fc.constantFrom('namespace', 'tag', 'targetName', 'nativeAction', 'level', 'tenant'),
      notIn: fc.array(fc.oneof(maybeName, fc.constant('warn')), { maxLength: 2 }),
    }),
    fc.record({ field: fc.constantFrom('id', 'eventId'), in: fc.array(fc.oneof(ids, maybeName)) }),
    fc.record({ field: fc.constantFrom('id', 'eventId'), notIn: fc.array(ids, { maxLength: 2 }) }),
    fc.record({
      field: fc.constantFrom('namespace', 'actorName', 'level', 'verb', 'nativeAction'),
      inIgnoringCase: fc.array(
        fc.constantFrom('A', 'b', 'É\n\0', 'É', '', 'WARN', 'Push', 'push_repo'),
        { maxLength: 2 },
      ),
    }),
    fc.record({
      field: fc.constantFrom('namespace', 'tag', 'actorName', 'verb', 'level', 'id'),
      notHexadecimalDigits: fc.constantFrom(1, 2, 24),
    }),
    fc.record({
      detail: fc.constantFrom('detail', 'deep', 'absent'),
      in: fc.array(maybeName, { maxLength: 2 }),
    }),
    fc.record({
      digestOf: fc.constantFrom(['actorName'] as const, ['namespace', 'tag', 'actorName'] as const),
      // Of '', of 'a', of three empty fields, and of many.
      startsWith: fc.constantFrom('e3b0c442', 'ca978112ca1bbdca', '75a11da4', 'c'),
    }),
    fc.record({ text: fc.constantFrom('alpha', 'BETA gamma', 'push ALPHA', 'ärger', '!', 'alp') }),
    fc.record({ messageContains: fc.constantFrom('alpha', 'A-b', 'ärg', '', '%', 'gamma ') }),
    fc.record({
      field: fc.constantFrom('digest', 'digest', 'tag', 'level'),
      startsWithAny: fc.array(fc.oneof(beginnings, names, fc.constant('wa')), { maxLength: 2 }),
    }),
    fc.record({ not: tie('condition') }),
    fc.record({
      anyOf: fc.array(fc.array(tie('condition'), { maxLength: 2 }), { maxLength: 3 }),
    }),
  ),
})).condition

const filters = fc.record({
  tenants: fc.oneof<fc.Arbitrary<readonly string[]>[]>(
    fc.subarray(['t1', 't2', "t'3"]),
    fc.constant(['t1']),
    fc.constant(['t1', 't2', "t'3"]),
  ),
  fromMicros: fc.option(times, { nil: undefined, freq: 1 }),
  toMicros: fc.option(times, { nil: undefined, freq: 1 }),
  conditions: fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    fc.array(conditions, { maxLength: 2 }),
  ),
})

const orders = fc.constantFrom('newest' as const, 'oldest' as const)
const steps = fc.oneof(
  fc.record({
    do: fc.constant('insert' as const),
    instance: fc.integer({ min: 0, max: 1 }),
    events: fc.array(events, { minLength: 1, maxLength: 12 }),
  }),
  fc.record({
    do: fc.constant('begin walk' as const),
    walk: fc.integer({ min: 0, max: 1 }),
    filter: filters,
    order: orders,
    limit: fc.integer({ min: 1, max: 7 }),
  }),
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('next page' as const),
      walk: fc.integer({ min: 0, max: 1 }),
    }),
  },
  fc.record({
    do: fc.constant('histogram' as const),
    filter: filters,
    interval: fc.constantFrom(...HISTOGRAM_INTERVALS),
    by: fc.subarray(['namespace', 'action', 'level', 'eventId', 'actorName'] as const),
  }),
  fc.record({
    do: fc.constant('tail' as const),
    filter: filters,
    afterSeq: fc.integer({ min: -1, max: 10 }),
    limit: fc.integer({ min: 1, max: 7 }),
  }),
  fc.record({
    do: fc.constant('far page' as const),
    filter: filters,
    order: orders,
    fromSeq: fc.integer({ min: 0, max: 20 }),
    skip: fc.integer({ min: 0, max: 20 }),
    limit: fc.integer({ min: 1, max: 7 }),
  }),
)
type Step = Drawn<typeof steps>

/** The store must answer every question as a plain array would, whatever happened before it. */
/** @param count instances on one store, one or two: what the one alone writes, it knows. */
export function describeModel(harness: () => StoreHarness, count: 1 | 2): void {
  test(`answers are those of a plain array, with ties and back-dating, of ${count}`, async () => {
    const first = await harness().open()
    const instances = [first, count === 1 ? first : await harness().open()]
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { minLength: 5, maxLength: STEPS_MAX }), async (drawn) => {
        const run = new ModelRun(instances)
        for (const step of drawn) await run.take(step)
      }),
      { numRuns: RUNS },
    )
  })
}

/** One sequence of steps on a store and on the model, in tenants of its own. */
class ModelRun {
  readonly #instances: readonly OpenedStore[]
  readonly #model = new StoreModel()
  readonly #tenantPrefix = mintUuid(Date.now())
  readonly #walks = new Map<number, PageQuery>()
  readonly #firstSeqs = new Map<string, number>()

  constructor(instances: readonly OpenedStore[]) {
    this.#instances = instances
  }

  async take(step: Step): Promise<void> {
    switch (step.do) {
      case 'insert':
        return this.#insert(step.instance, step.events)
      case 'begin walk': {
        const { order, limit } = step
        this.#walks.set(step.walk, { order, limit, filter: this.#own(step.filter) })
        return this.#nextPage(step.walk)
      }
      case 'next page':
        return this.#nextPage(step.walk)
      case 'histogram':
        return this.#count(this.#own(step.filter), step)
      case 'tail':
        return this.#tail(step)
      case 'far page':
        return this.#farPage(step)
    }
  }

  async #insert(instance: number, drawn: readonly Event[]): Promise<void> {
    const opened = this.#opened(instance)
    const stored = await opened.insert(
      drawn.map((event) => ({ ...event, tenant: `${this.#tenantPrefix}${event.tenant}` })),
    )
    const [first] = stored
    if (first !== undefined && !this.#firstSeqs.has(opened.origin)) {
      this.#firstSeqs.set(opened.origin, first.seq)
    }
    this.#model.events.push(...stored)
  }

  async #nextPage(walk: number): Promise<void> {
    const query = this.#walks.get(walk)
    if (query === undefined) return
    const page = await this.#opened(0).store.reader.page(query)
    expect(page).toEqual(this.#model.page(query))
    if (page.next === undefined) this.#walks.delete(walk)
    else this.#walks.set(walk, { ...query, after: page.next })
  }

  async #count(filter: EventFilter, { interval, by }: Pick<HistogramQuery, 'interval' | 'by'>) {
    const { reader } = this.#opened(1).store
    expect(await reader.count(filter)).toBe(this.#model.matching(filter).length)
    const query = { filter, interval, by, bucketsMax: 10_000 }
    const buckets = await reader.histogram(query)
    expect([...buckets].sort(byBucket)).toEqual([...this.#model.histogram(query)].sort(byBucket))
    expect(buckets.map(({ timeMicros }) => timeMicros)).toEqual(
      buckets.map(({ timeMicros }) => timeMicros).sort((left, right) => left - right),
    )
  }

  async #tail(step: Extract<Step, { do: 'tail' }>): Promise<void> {
    const { origin, store } = this.#opened(0)
    const query = {
      filter: this.#own(step.filter),
      origin,
      afterSeq: (this.#firstSeqs.get(origin) ?? 0) + step.afterSeq,
      limit: step.limit,
    }
    expect(await store.reader.tail(query)).toEqual(this.#model.tail(query))
  }

  async #farPage({ filter, fromSeq, do: _do, ...page }: Extract<Step, { do: 'far page' }>) {
    const { origin, store } = this.#opened(0)
    const own = this.#own(filter)
    const since = { origin, fromSeq: (this.#firstSeqs.get(origin) ?? 0) + fromSeq }
    const query = { filter: { ...own, conditions: [...own.conditions, since] }, ...page }
    expect(await store.reader.page(query)).toEqual(this.#model.page(query))
  }

  #opened(instance: number): OpenedStore {
    const opened = this.#instances[instance]
    if (opened === undefined) throw new Error(`no instance ${instance}`)
    return opened
  }

  /** The filter with this run's tenants, without bounds that were not drawn. */
  #own({ tenants, fromMicros, toMicros, conditions: drawn }: Drawn<typeof filters>): EventFilter {
    return {
      tenants: tenants.map((tenant) => `${this.#tenantPrefix}${tenant}`),
      conditions: drawn,
      ...(fromMicros === undefined ? undefined : { fromMicros }),
      ...(toMicros === undefined ? undefined : { toMicros }),
    }
  }
}

type Drawn<Arbitrary> = Arbitrary extends fc.Arbitrary<infer Value> ? Value : never

function byBucket(left: HistogramBucket, right: HistogramBucket): number {
  return JSON.stringify(left) < JSON.stringify(right) ? -1 : 1
}
