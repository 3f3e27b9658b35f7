import Fastify from 'fastify'
import { expect, test } from 'vitest'
import { Fault } from '../../../../src/core/errors.ts'
import type { NewEvent } from '../../../../src/core/event/new-event.ts'
import { createClock } from '../../../../src/core/time/timestamp.ts'
import type { DialectContext } from '../../../../src/dialects/api/dialect.ts'
import type { Collector, CollectorRun } from '../../../../src/dialects/collecting/collector.ts'
import { collectorPositions } from '../../../../src/intake/positions.ts'
import type { AppendRequest } from '../../../../src/ledger/append/append.ts'
import { createMetrics } from '../../../../src/server/observe/metrics.ts'
import { collectorTask } from '../../../../src/server/tasks/collectors.ts'
import { idleLedger } from '../../../support/idle-ledger.ts'
import { MapRecordStore } from '../../access/records/map-record-store.ts'

const EVENT: NewEvent = {
  action: 'image.push',
  source: { kind: 'quay', name: 'main', eventId: '1' },
}

/** Runs a collector as the server does, until one of its runs stops it. */
async function run(collect: (run: CollectorRun, count: number) => Promise<void>) {
  const stop = new AbortController()
  const appended: AppendRequest[] = []
  const failures: Fault[] = []
  const clock = createClock()
  const records = new MapRecordStore()
  const ledger = idleLedger({
    async append(request) {
      const failure = failures.pop()
      if (failure !== undefined) throw failure
      appended.push(request)
      return { accepted: request.drafts.length, duplicates: 0, first: 0, last: 0, replayed: false }
    },
  })
  const metrics = createMetrics(ledger)
  let runs = 0
  const collector: Collector = {
    kind: 'quay',
    name: 'main',
    everyMs: 1,
    async collect(given) {
      runs += 1
      await collect(given, runs)
      stop.abort()
    },
  }
  const context = { ledger, records, clock, defaultTenant: 'one' } as unknown as DialectContext
  const task = collectorTask({ collector, tenant: undefined })
  const log = Fastify().log
  return {
    failures,
    positions: collectorPositions(records, clock),
    ended: task.run({ context, log, metrics }, stop.signal).then(async () => ({
      appended,
      metrics: await metrics.text(),
    })),
  }
}

test('a collector that fails is run again, and its failures are counted', async () => {
  const { ended } = await run(async (_run, count) => {
    if (count < 3) throw new Error('the vendor is away')
  })
  const { metrics } = await ended
  expect(metrics).toContain(
    'waybill_collector_runs_total{collector="quay/main",result="failure"} 2',
  )
  expect(metrics).toContain(
    'waybill_collector_runs_total{collector="quay/main",result="success"} 1',
  )
})

test('what it brings is stored in its tenant and counted, and its position is kept', async () => {
  const { ended, positions } = await run(async ({ sink, report }) => {
    expect(await sink.position()).toBeUndefined()
    await sink.append([EVENT])
    report({ accepted: 1, duplicates: 0, missing: 4, at: 'a day' })
    await sink.savePosition({ at: 7 })
    expect(await sink.position()).toEqual({ at: 7 })
  })
  const { appended, metrics } = await ended
  expect(appended[0]?.drafts[0]?.event).toMatchObject({ tenant: 'one', source: EVENT.source })
  expect(metrics).toContain(
    'waybill_collector_events_total{collector="quay/main",result="accepted"} 1',
  )
  expect(metrics).toContain('waybill_collector_missing_total{collector="quay/main"} 4')
  expect(await positions.list('one')).toMatchObject([{ kind: 'quay', name: 'main' }])
})

test('an event that the boundary refuses is kept as a dead letter, not dropped', async () => {
  const { ended } = await run(async ({ sink }) => {
    await sink.append([EVENT, { ...EVENT, action: 'NO SUCH FORM' }])
  })
  const { appended } = await ended
  const actions = appended[0]?.drafts.map(({ event }) => event.action)
  expect(actions).toEqual(['image.push', 'source.dead-letter'])
})

test('a full queue and an absent store are waited out', async () => {
  const { ended, failures } = await run(async ({ sink }) => {
    await sink.append([EVENT])
  })
  failures.push(
    new Fault('ledger.overloaded', { retryAfterSeconds: 0 }),
    new Fault('store.unavailable', { retryAfterSeconds: 0 }),
  )
  const { appended, metrics } = await ended
  expect(appended).toHaveLength(1)
  expect(metrics).not.toContain('result="failure"')
})
