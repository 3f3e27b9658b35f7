import { expect, test } from 'vitest'
import { type TableRow, tablePage } from '../../../support/two-table-quay.ts'

function pages(rows: readonly TableRow[], most: number) {
  const answered: TableRow[][] = []
  let token: string | undefined
  do {
    const page = tablePage(rows, token)
    answered.push([...page.rows])
    token = page.next
  } while (token !== undefined && answered.length < most)
  return { answered: answered.flat(), hasNext: token !== undefined }
}

const block = (table: 0 | 1 | 2, count: number): TableRow[] =>
  Array.from({ length: count }, (_, at) => ({ table, second: 1000 - at }))

// What a real Quay answered: 13 pages of 45 rows in logentry2 had 260 entries, 20 of them distinct.
test('a second table with more than a page never ends, as in a real Quay', () => {
  const { answered, hasNext } = pages(block(1, 45), 13)
  expect([answered.length, new Set(answered).size, hasNext]).toEqual([260, 20, true])
})

test('tables of one page each are all read', () => {
  const rows = [...block(0, 45), ...block(1, 20), ...block(2, 20)]
  const { answered, hasNext } = pages(rows, 100)
  expect([new Set(answered).size, hasNext]).toEqual([rows.length, false])
})
