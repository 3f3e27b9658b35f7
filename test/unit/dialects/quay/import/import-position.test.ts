import { expect, test } from 'vitest'
import {
  NO_POSITION,
  readPosition,
  writePosition,
} from '../../../../../src/dialects/quay/import/import-position.ts'

test('a position that was saved reads as it was', () => {
  const position = {
    fromMicros: 5,
    toMicros: null,
    tables: new Map([['logentry3', { firstId: 3, lastId: 9_007_199_254_740_991 }] as const]),
    archive: { files: 'ab', done: 2, rows: 4000 },
  }
  expect(readPosition(JSON.parse(JSON.stringify(writePosition(position))))).toEqual(position)
})

test.each([
  undefined,
  {},
  { tables: 5, archive: { done: 1 } },
  { tables: { logentry3: { lastId: 'x' }, other: { firstId: 1, lastId: 2 } }, fromMicros: 'x' },
])('%j says of nothing that it was imported', (saved) => {
  expect(readPosition(saved)).toEqual(NO_POSITION)
})
