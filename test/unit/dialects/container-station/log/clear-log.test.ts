import fc from 'fast-check'
import { expect, test } from 'vitest'
import { clearLog } from '../../../../../src/dialects/container-station/log/clear-log.ts'
import { ClearedLogs } from '../../../../../src/dialects/container-station/log/clear-marks.ts'
import { logFilter, visibilityOf } from '../../../../../src/dialects/container-station/selection.ts'
import type { AuditTrail } from '../../../../../src/ledger/audit-trail.ts'
import { BASE_MICROS, eventOf } from '../../../../support/store-events.ts'
import { MapRecordStore } from '../../../access/records/map-record-store.ts'
import { callerNamed, StationModel } from '../station-context.ts'

type OwnEvent = Parameters<AuditTrail['record']>[0]

const ADMIN = callerNamed('admin', ['administrator'])
const ROW = { action: 'volume.create', category: 'volume' } as const
const OTHER = { action: 'auth.login', category: 'auth' } as const

function stationWithLog() {
  const station = new StationModel()
  const records = new MapRecordStore()
  const clearedLogs = new ClearedLogs(records, () => BASE_MICROS / 1000)
  const recorded: OwnEvent[] = []
  const record = async (event: OwnEvent) => {
    recorded.push(event)
    station.add({ action: event.action, category: 'system', message: event.message ?? '' })
  }
  const audit = { record }
  const shown = async () => {
    const filter = logFilter(visibilityOf(ADMIN), await clearedLogs.of('default'))
    return station.model.matching(filter).map(({ origin, seq }) => `${origin}/${seq}`)
  }
  const clear = () => clearLog(ADMIN, {}, { ...station, audit, clearedLogs })
  return { station, records, recorded, audit, shown, clear }
}

/** An event in the ledger of another instance on the same store. */
function elsewhere(station: StationModel, origin: string, seq: number, minute: number): void {
  const time = new Date(BASE_MICROS / 1000 + minute * 60_000).toISOString().replace('Z', '000Z')
  station.model.events.push({ event: eventOf({ ...ROW, time }), origin, seq })
}

test('what is left of a cleared log is that it was cleared', async () => {
  const { station, recorded, shown, clear } = stationWithLog()
  station.add(ROW, OTHER, ROW, { ...ROW, tenant: 'other' })
  expect(await clear()).toEqual({ records: 2 })
  expect(await shown()).toEqual(['station/4'])
  expect(recorded).toMatchObject([
    {
      tenant: 'default',
      action: 'log.clear',
      actor: { name: 'admin', kind: 'user' },
      details: { records: 2, from: { station: 4 } },
    },
  ])
  station.add(ROW)
  expect(await clear()).toEqual({ records: 2 })
  expect(await shown()).toEqual(['station/6'])
})

test('rows of other instances are cleared too, and what they store later is shown', async () => {
  const place = fc.record({ seq: fc.nat(500), minute: fc.nat(60) })
  const ledger = fc.uniqueArray(place, { maxLength: 12, selector: ({ seq }) => seq })
  await fc.assert(
    fc.asyncProperty(ledger, ledger, async (east, west) => {
      const { station, shown, clear } = stationWithLog()
      station.add(ROW)
      for (const { seq, minute } of east) elsewhere(station, 'east', seq, minute)
      for (const { seq, minute } of west) elsewhere(station, 'west', seq, minute)
      expect(await clear()).toEqual({ records: 1 + east.length + west.length })
      expect(await shown()).toEqual(['station/1'])
      const next = Math.max(-1, ...east.map(({ seq }) => seq)) + 1
      elsewhere(station, 'east', next, 0)
      expect(await shown()).toEqual(['station/1', `east/${next}`])
    }),
    { numRuns: 100 },
  )
})

test('a log whose clearing cannot be recorded is not cleared', async () => {
  const { station, audit, shown, clear } = stationWithLog()
  station.add(ROW)
  audit.record = () => Promise.reject(new Error('the disk is full'))
  await expect(clear()).rejects.toThrow('the disk is full')
  expect(await shown()).toEqual(['station/0'])
})

test('a log that another instance cleared is seen as cleared within seconds', async () => {
  const { records } = stationWithLog()
  let nowMs = 0
  const cleared = new ClearedLogs(records, () => nowMs)
  expect(await cleared.of('default')).toEqual(new Map())
  await new ClearedLogs(records, () => nowMs).keep('default', new Map([['east', 7]]))
  nowMs = 6_000
  expect(await cleared.of('default')).toEqual(new Map([['east', 7]]))
  // A clock that was set back does not keep what was read before.
  await new ClearedLogs(records, () => nowMs).keep('default', new Map([['east', 9]]))
  nowMs = -90_000
  expect(await cleared.of('default')).toEqual(new Map([['east', 9]]))
})
