import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ExportJob } from '../../../../src/exports/jobs/export-job.ts'
import {
  afterFailure,
  deliveriesToTry,
  exportsToBegin,
  filesToRemove,
  fileToEvict,
  jobsToForget,
  nextDueMicros,
  planWork,
} from '../../../../src/exports/jobs/job-order.ts'
import {
  DELIVERIES_RUNNING_MAX,
  EXPORTS_REMEMBERED_MAX,
  EXPORTS_RUNNING_MAX,
  TENANT_DELIVERIES_RUNNING_MAX,
  TENANT_EXPORTS_RUNNING_MAX,
} from '../../../../src/exports/limits.ts'
import { callbackTo, jobOf, NOW_MICROS } from '../export-jobs.ts'

const HOUR_MICROS = 3_600_000_000
const DAY_MICROS = 24 * HOUR_MICROS

function running(...jobs: readonly ExportJob[]) {
  return { runs: new Map(jobs.map((job) => [job.id, job])), deliveries: new Set<string>() }
}

function begun(jobs: readonly ExportJob[], going = running()): readonly string[] {
  return exportsToBegin(jobs, going, NOW_MICROS).map(({ id }) => id)
}

const jobs = fc.array(
  fc.record({
    tenant: fc.constantFrom('t1', 't2'),
    namespace: fc.constantFrom('a', 'b', 'c'),
    requestedMicros: fc.integer({ min: 0, max: 20 }).map((age) => NOW_MICROS - age),
    nextRunMicros: fc.constantFrom(NOW_MICROS, NOW_MICROS + 1),
    status: fc.constantFrom('queued' as const, 'running' as const, 'success' as const),
  }),
  { maxLength: 12 },
)

test('one export of a namespace runs at a time, so many in all, first come first served', () => {
  fc.assert(
    fc.property(jobs, fc.integer({ min: 0, max: EXPORTS_RUNNING_MAX }), (drafts, count) => {
      const all = drafts.map((draft, index) => jobOf({ ...draft, id: `e${index}` }))
      const going = running(...all.slice(0, count))
      const chosen = exportsToBegin(all, going, NOW_MICROS)
      const now = [...going.runs.values(), ...chosen]
      expect(now.length).toBeLessThanOrEqual(EXPORTS_RUNNING_MAX)
      const fresh = chosen.map(({ tenant, namespace }) => `${tenant}/${namespace}`)
      expect(new Set(fresh).size).toBe(fresh.length)
      for (const job of chosen) {
        expect(going.runs.has(job.id)).toBe(false)
        expect(job.status).not.toBe('success')
        const before = all.filter(
          (other) =>
            other.tenant === job.tenant &&
            other.namespace === job.namespace &&
            other.status !== 'success' &&
            other.nextRunMicros <= NOW_MICROS &&
            other.requestedMicros < job.requestedMicros,
        )
        expect(before).toEqual([])
      }
    }),
  )
})

test('an export that waits out a failure lets those behind it pass', () => {
  const failed = jobOf({ id: 'failed', nextRunMicros: NOW_MICROS + 1, requestedMicros: 0 })
  const next = jobOf({ id: 'next' })
  expect(begun([failed, next])).toEqual(['next'])
  expect(begun([failed, next], running(next))).toEqual([])
})

test('an export that a killed process left running is begun again', () => {
  expect(begun([jobOf({ status: 'running', runs: 1 })])).toEqual(['e1'])
})

test('deliveries are tried when due and not twice at once, those that wait longest first', () => {
  const done = (id: string, ageMicros: number, fields = {}) =>
    jobOf({
      id,
      status: 'success',
      deliveries: [
        callbackTo('http://a/', { nextAttemptMicros: NOW_MICROS - ageMicros, ...fields }),
      ],
    })
  const all = [
    done('young', 1),
    done('old', 2),
    done('early', -1),
    done('told', 3, { status: 'delivered' }),
    jobOf({ id: 'unfinished', deliveries: [callbackTo('http://a/')] }),
  ]
  const tried = (going: ReadonlySet<string>) =>
    deliveriesToTry(all, { deliveries: going }, NOW_MICROS).map(({ job }) => job.id)
  expect(tried(new Set())).toEqual(['old', 'young'])
  expect(tried(new Set(['old callback']))).toEqual(['young'])
  const many = Array.from({ length: 20 }, (_, index) => ({
    ...done(`d${index}`, 1),
    tenant: `t${index % 2}`,
  }))
  const chosen = deliveriesToTry(many, { deliveries: new Set(['other']) }, NOW_MICROS)
  expect(chosen).toHaveLength(DELIVERIES_RUNNING_MAX - 1)
})

test('no tenant takes all places of exports and deliveries, and a later one has its turn', () => {
  const at = (id: string, tenant: string, requestedMicros: number) =>
    jobOf({ id, tenant, namespace: id, requestedMicros })
  const heavy = Array.from({ length: 20 }, (_, index) => at(`heavy ${index}`, 'red', index))
  expect(begun(heavy)).toHaveLength(TENANT_EXPORTS_RUNNING_MAX)
  const late = at('late', 'blue', 100)
  expect(begun([...heavy, late])).toEqual(['heavy 0', 'late', 'heavy 1'])
  const [first, second] = heavy
  if (first === undefined || second === undefined) throw new Error('there are twenty')
  expect(begun([...heavy, late], running(first, second))).toEqual(['late'])
  const done = (job: ExportJob): ExportJob => ({
    ...job,
    status: 'success',
    deliveries: [callbackTo('http://a/', { nextAttemptMicros: job.requestedMicros })],
  })
  const waiting = [...heavy, late].map(done)
  const tried = deliveriesToTry(waiting, { deliveries: new Set() }, NOW_MICROS)
  expect(tried.filter(({ job }) => job.tenant === 'red')).toHaveLength(
    TENANT_DELIVERIES_RUNNING_MAX,
  )
  expect(tried.map(({ job }) => job.id)).toContain('late')
})

test('the next thing due is waited for, not what is due already', () => {
  const later = jobOf({ id: 'later', nextRunMicros: NOW_MICROS + 5 })
  const told = jobOf({
    id: 'told',
    status: 'failed',
    deliveries: [callbackTo('http://a/', { nextAttemptMicros: NOW_MICROS + 3 })],
  })
  const going = running()
  expect(nextDueMicros([later, jobOf()], going, NOW_MICROS)).toBe(NOW_MICROS + 5)
  expect(nextDueMicros([later, told], going, NOW_MICROS)).toBe(NOW_MICROS + 3)
  expect(nextDueMicros([jobOf()], going, NOW_MICROS)).toBe(Number.POSITIVE_INFINITY)
})

test('the pauses of a delivery grow up to an hour', () => {
  const failure = { problem: 'down', isFinal: false, finishedMicros: NOW_MICROS }
  const pauses = [0, 1, 2, 3, 40].map((attempts) => {
    const delivery = callbackTo('http://a/', { attempts })
    const { nextAttemptMicros } = afterFailure(delivery, { ...failure, nowMicros: NOW_MICROS })
    return (nextAttemptMicros - NOW_MICROS) / 1_000_000
  })
  expect(pauses).toEqual([1, 2, 4, 8, 3_600])
})

test('a delivery is tried for a day, then given up; a refusal ends it at once', () => {
  const failure = {
    problem: 'down',
    isFinal: false,
    finishedMicros: NOW_MICROS,
    nowMicros: NOW_MICROS,
  }
  let delivery = callbackTo('http://a/')
  let nowMicros = NOW_MICROS
  while (delivery.status === 'waiting') {
    delivery = afterFailure(delivery, { ...failure, nowMicros })
    expect(delivery.nextAttemptMicros).toBeGreaterThan(nowMicros)
    nowMicros = delivery.nextAttemptMicros
  }
  expect(delivery).toMatchObject({ status: 'failed', problem: 'down' })
  // An hour is the longest pause: a day has room for many attempts.
  expect(delivery.attempts).toBeGreaterThan(24)
  expect(nowMicros - NOW_MICROS).toBeGreaterThan(DAY_MICROS)
  expect(nowMicros - NOW_MICROS).toBeLessThan(DAY_MICROS + 2 * HOUR_MICROS)
  expect(afterFailure(callbackTo('a'), { ...failure, isFinal: true }).status).toBe('failed')
})

test('a file is removed after its week, but never while a delivery waits for it', () => {
  const finished = (id: string, days: number, fields: Partial<ExportJob> = {}) =>
    jobOf({
      id,
      status: 'success',
      hasFile: true,
      finishedMicros: NOW_MICROS - days * DAY_MICROS,
      ...fields,
    })
  const all = [
    finished('week', 7.1),
    finished('young', 6.9),
    finished('gone', 8, { hasFile: false }),
    finished('waited', 8, { deliveries: [callbackTo('http://a/')] }),
  ]
  expect(filesToRemove(all, NOW_MICROS).map(({ id }) => id)).toEqual(['week'])
  expect(jobsToForget([...all, finished('month', 31)], NOW_MICROS).map(({ id }) => id)).toEqual([
    'month',
  ])
})

test('of too many exports the oldest finished ones are forgotten, never one that waits', () => {
  const waiting = jobOf({ id: 'waiting', requestedMicros: 0 })
  const finished = Array.from({ length: EXPORTS_REMEMBERED_MAX + 1 }, (_, index) =>
    jobOf({ id: `e${index}`, status: 'success', finishedMicros: NOW_MICROS - index }),
  )
  const forgotten = jobsToForget([waiting, ...finished], NOW_MICROS).map(({ id }) => id)
  expect(forgotten).toEqual([`e${EXPORTS_REMEMBERED_MAX}`, `e${EXPORTS_REMEMBERED_MAX - 1}`])
})

test('room is made with the oldest file whose links have all expired', () => {
  const withFile = (id: string, ageHours: number, deliveredHours: number) =>
    jobOf({
      id,
      status: 'success',
      hasFile: true,
      finishedMicros: NOW_MICROS - ageHours * HOUR_MICROS,
      deliveries: [
        callbackTo('http://a/', {
          status: 'delivered',
          deliveredMicros: NOW_MICROS - deliveredHours * HOUR_MICROS,
        }),
      ],
    })
  const all = [withFile('young', 0.5, 0.5), withFile('lateTold', 9, 0.5), withFile('old', 5, 5)]
  expect(fileToEvict(all, 3600, NOW_MICROS)?.id).toBe('old')
  expect(fileToEvict(all.slice(0, 2), 3600, NOW_MICROS)).toBeUndefined()
})

test('whatever the moment is, what waits is begun, or due later, or waits for what goes on', () => {
  const moments = fc.integer({ min: NOW_MICROS - 3, max: NOW_MICROS + 3 })
  const waiting = fc.record({
    namespace: fc.constantFrom('a', 'b'),
    nextRunMicros: moments,
    nextAttemptMicros: moments,
    status: fc.constantFrom('queued' as const, 'success' as const),
  })
  fc.assert(
    fc.property(fc.array(waiting, { maxLength: 8 }), (drafts) => {
      const all = drafts.map(({ nextAttemptMicros, ...draft }, index) =>
        jobOf({
          ...{ ...draft, id: `e${index}` },
          deliveries: [callbackTo('https://hook.invalid/', { nextAttemptMicros })],
        }),
      )
      const plan = planWork(all, running(), NOW_MICROS)
      const begun = new Set([...plan.exports, ...plan.deliveries.map(({ job }) => job)])
      for (const job of all) {
        const [delivery] = job.deliveries
        const dueMicros =
          job.status === 'queued' ? job.nextRunMicros : (delivery?.nextAttemptMicros ?? 0)
        const isLater = dueMicros > NOW_MICROS && plan.nextMicros <= dueMicros
        const waitsForOthers = dueMicros <= NOW_MICROS && begun.size > 0
        expect(begun.has(job) || isLater || waitsForOthers).toBe(true)
      }
    }),
  )
})
