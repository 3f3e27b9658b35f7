import { expect, test } from 'vitest'
import { nativePages, quayPages, quayPath } from '../../../../bench/questions/page-cases.ts'

const OPTIONS = { seed: 3, count: 1000, endMicros: Date.UTC(2026, 10, 22, 12) * 1000 }
const PAGES = [...nativePages(OPTIONS), ...quayPages(OPTIONS, 'team-1')]

test('every kind of page is asked for with at least 200 different parameters', () => {
  for (const page of PAGES) {
    const paths = new Set(Array.from({ length: 300 }, (_, index) => page.path(index)))
    expect(paths.size, page.name).toBeGreaterThanOrEqual(200)
  }
})

test('a number always stands for the same request', () => {
  for (const page of PAGES) expect(page.path(7)).toBe(page.path(7))
})

test("Quay's last day is the last whole day of the question", () => {
  const question = {
    namespace: 'data-7',
    startMicros: Date.UTC(2026, 9, 1) * 1000,
    endMicros: Date.UTC(2026, 10, 1) * 1000,
  }
  expect(quayPath(question, 'aggregatelogs', false)).toBe(
    '/api/v1/organization/data-7/aggregatelogs?starttime=10%2F01%2F2026&endtime=10%2F31%2F2026',
  )
  expect(quayPath(question, 'logs', true)).toMatch(/^\/api\/v1\/user\/logs\?/)
})
