import { lossyPage } from './lossy-pager.ts'

/** A row of one of the tables of Quay's log. */
export interface TableRow {
  /** 0: `logentry3`, 1: `logentry2`, 2: `logentry`. */
  readonly table: 0 | 1 | 2
  readonly second: number
}

const LAST_TABLE = 2

/** A page as Quay answers it over its three tables. */
export interface TablePage<Row> {
  readonly rows: readonly Row[]
  readonly next?: string
}

/**
 * A page over Quay's three tables, as its database model makes it. A token names a table (`t1`)
 * only where that table begins: the token of a further page is a place without a table, which is
 * looked for in the first table again. So a table after the first that has more than a page never
 * ends.
 */
export function tablePage<Row extends TableRow>(
  rows: readonly Row[],
  token: string | undefined,
): TablePage<Row> {
  let table = 0
  let next = token
  let found: readonly Row[] = []
  while (found.length === 0 && table < LAST_TABLE) {
    const named = /^t(\d)$/.exec(next ?? '')?.[1]
    if (named !== undefined) table = Number(named)
    const own = rows
      .filter((row) => row.table === table)
      .sort((one, other) => other.second - one.second)
    const page = lossyPage(own, ({ second }) => second, named === undefined ? next : undefined)
    found = page.rows
    next = page.next ?? (table < LAST_TABLE ? `t${table + 1}` : undefined)
  }
  return { rows: found, ...(next !== undefined && { next }) }
}
