import { expect, test } from 'vitest'
import { lossyPage } from '../../../support/lossy-pager.ts'

function walked(times: readonly number[]): number {
  let count = 0
  let token: string | undefined
  do {
    const page = lossyPage(
      [...times].sort((one, other) => other - one),
      (time) => time,
      token,
    )
    count += page.rows.length
    token = page.next
  } while (token !== undefined)
  return count
}

const distinct = (count: number, from: number) =>
  Array.from({ length: count }, (_, at) => from + at)
const equal = (count: number, time: number) => Array.from({ length: count }, () => time)

// What Quay's own code answered when it was run on these rows.
test.each([
  [200, distinct(200, 0), 200],
  [125, [...distinct(15, 1000), ...equal(10, 500), ...distinct(100, 0)], 70],
  [3000, distinct(3000, 0).map((at) => Math.floor(at / 3)), 1020],
  [125, [...equal(25, 500), ...distinct(100, 0)], 80],
])('the model of Quay answers of %i rows as many as Quay does', (_, times, answered) => {
  expect(walked(times)).toBe(answered)
})
