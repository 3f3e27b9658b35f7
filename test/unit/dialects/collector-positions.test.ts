import { expect, test } from 'vitest'
import { createClock } from '../../../src/core/timestamp.ts'
import { collectorPositions } from '../../../src/dialects/collector-positions.ts'
import {
  positionBody,
  readPosition,
} from '../../../src/dialects/quay/collect/collector-position.ts'
import { MapRecordStore } from '../access/map-record-store.ts'

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
