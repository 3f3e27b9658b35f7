import { expect, test } from 'vitest'
import { withGrowth } from '../../../bench/growth.ts'
import { atMost, type Measurement } from '../../../bench/row.ts'

const page = (events: number, p50: number): Measurement => ({
  name: 'latest page',
  events,
  figure: `p50 ${p50} ms`,
  baselines: [],
  goals: [],
  values: { p50 },
})
const start = (events: number, readyMs: number): Measurement => ({
  name: 'start',
  events,
  figure: `${readyMs} ms to ready`,
  baselines: [],
  goals: [atMost('', readyMs, 1500, ' ms')],
  values: { readyMs },
})
const M = 1_000_000

test('a page or start of a large ledger may take 1.5 times as long as of a smaller one', () => {
  const lines = [page(M, 1), page(10 * M, 10), start(10 * M, 1000), page(100 * M, 15)]
  const [, , , grownPage, grownStart] = withGrowth([...lines, start(100 * M, 1501)])
  expect(grownPage?.goals.map(({ reached }) => reached)).toEqual([true])
  expect(grownPage?.baselines).toEqual([{ text: 'with 10 M events p50 10 ms', ratio: 1.5 }])
  expect(grownStart?.goals.map(({ reached }) => reached)).toEqual([false, false])
})

test('ledgers that every row is measured with stand for themselves', () => {
  const lines = [page(M, 1), page(10 * M, 10)]
  expect(withGrowth(lines)).toEqual(lines)
})

test('without a smaller ledger there is nothing to compare a large one with', () => {
  expect(withGrowth([page(100 * M, 15)])).toEqual([page(100 * M, 15)])
})
