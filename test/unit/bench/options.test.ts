import { expect, test } from 'vitest'
import { readOptions } from '../../../bench/options.ts'

test('without options everything is measured at 1 M and 10 M events', () => {
  const options = readOptions([])
  expect(options?.sizes).toEqual([1_000_000, 10_000_000])
  expect(options?.rows).toContain('ingest')
  expect(options?.rows).toContain('start')
})

test('sizes are read with their unit', () => {
  expect(readOptions(['--events', '200k,100M,70'])?.sizes).toEqual([200_000, 100_000_000, 70])
})

test('what is not known is refused, not ignored', () => {
  for (const args of [
    ['--events', '1G'],
    ['--events', '0'],
    ['--rows', 'ingest,listing'],
    ['--seed', 'x'],
    ['--fast'],
  ]) {
    expect(() => readOptions(args), args.join(' ')).toThrow()
  }
})
