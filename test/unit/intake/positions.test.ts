import { expect, onTestFinished, test, vi } from 'vitest'
import { createClock } from '../../../src/core/time/timestamp.ts'
import {
  positionBody,
  readPosition,
} from '../../../src/dialects/quay/collect/collector-position.ts'
import {
  collectorPositions,
  LaggingPosition,
  POSITIONS_MAX,
} from '../../../src/intake/positions.ts'
import { MapRecordStore } from '../access/records/map-record-store.ts'

const MAIN = { tenant: 'one', kind: 'quay', name: 'main' }

test('a position is kept for each tenant, kind and name, and the last one counts', async () => {
  const positions = collectorPositions(new MapRecordStore(), createClock())
  await positions.save(MAIN, { at: 1 })
  await positions.save({ ...MAIN, tenant: 'two' }, { at: 2 })
  await positions.save(MAIN, { at: 3 })
  expect(await positions.get(MAIN)).toMatchObject({ ...MAIN, position: { at: 3 } })
  expect(await positions.get({ ...MAIN, name: 'other' })).toBeUndefined()
  expect((await positions.list('two')).map(({ position }) => position)).toEqual([{ at: 2 }])
  expect(await positions.list(null)).toHaveLength(2)
})

test('a tenant has so many positions, and those of other tenants do not count', async () => {
  const positions = collectorPositions(new MapRecordStore(), createClock())
  const named = (name: string, tenant = 'one') => ({ tenant, kind: 'quay', name })
  for (const tenant of ['on', 'one,', 'one"', 'two']) {
    await positions.saveOfClient(named('main', tenant), {})
  }
  // Side by side: none may slip in between the count of another and its record.
  const saves = Array.from({ length: 150 }, (_, index) =>
    positions.saveOfClient(named(`p${index}`), { at: index }),
  )
  const refused = (await Promise.allSettled(saves)).filter(({ status }) => status === 'rejected')
  expect(refused).toHaveLength(150 - POSITIONS_MAX)
  expect(await positions.list('one')).toHaveLength(POSITIONS_MAX)
  await expect(positions.saveOfClient(named('new'), {})).rejects.toMatchObject({
    code: 'resource.too-many',
  })
  // What is there goes on, also a collector of the server itself; what is removed makes room.
  await positions.saveOfClient(named('p0'), { at: 7 })
  expect(await positions.get(named('p0'))).toMatchObject({ position: { at: 7 } })
  await positions.save(named('own'), {})
  await positions.remove(named('own'))
  await positions.remove(named('p1'))
  await positions.saveOfClient(named('new'), {})
  expect(await positions.get(named('p1'))).toBeUndefined()
})

test('the position of a Quay survives being saved', () => {
  const position = new Map([['organization acme', { day: 19_892, second: 1_718_737_153 }]])
  expect(readPosition(JSON.parse(JSON.stringify(positionBody(position))))).toEqual(position)
})

test.each([[undefined], [{}], [{ logs: 3 }], [{ logs: { a: { day: 'x' }, b: 1 } }]])(
  'what is no position of a Quay counts as none: %j',
  (saved) => {
    expect(readPosition(saved).size).toBe(0)
  },
)

const ENGINE = { kind: 'engine', name: 'host1' }

test('a position that moves is kept a little later, and the last one counts', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const records = new MapRecordStore()
  const options = { lagMs: 1000, trouble: () => undefined }
  const position = new LaggingPosition(ENGINE, records, options)
  expect(await position.load()).toBeUndefined()
  for (const at of [1, 2, 3]) position.moveTo({ at })
  await vi.advanceTimersByTimeAsync(999)
  expect(await new LaggingPosition(ENGINE, records, options).load()).toBeUndefined()
  await vi.advanceTimersByTimeAsync(1)
  expect(await new LaggingPosition(ENGINE, records, options).load()).toEqual({ at: 3 })
  position.moveTo({ at: 4 })
  await position.save()
  expect(vi.getTimerCount()).toBe(0)
  expect(await new LaggingPosition(ENGINE, records, options).load()).toEqual({ at: 4 })
  expect(await new LaggingPosition({ ...ENGINE, name: 'b' }, records, options).load()).toBe(
    undefined,
  )
})

test('a position that could not be kept is kept by the next write', async () => {
  const records = new MapRecordStore()
  const put = records.put.bind(records)
  records.put = async () => Promise.reject(new Error('no store'))
  const troubles: unknown[] = []
  const options = { lagMs: 1000, trouble: (error: unknown) => troubles.push(error) }
  const position = new LaggingPosition(ENGINE, records, options)
  position.moveTo({ at: 1 })
  await position.save()
  expect(troubles).toHaveLength(1)
  records.put = put
  await position.save()
  expect(await new LaggingPosition(ENGINE, records, options).load()).toEqual({ at: 1 })
})
