/** Entries on a page, as in Quay. */
const PAGE_ENTRIES = 20

/** A page of Quay's pager. */
export interface LossyPage<Row> {
  readonly rows: readonly Row[]
  readonly next?: string
}

/**
 * A page as Quay's database model makes it, losses included. A page that ends between rows of one
 * time is followed by one that begins with the first of them and skips as many rows as a page has;
 * that number counts from the wrong row, and is never taken back.
 *
 * @param rows newest first.
 * @param token what the page before gave as `next`; absent: the first page.
 */
export function lossyPage<Row>(
  rows: readonly Row[],
  timeOf: (row: Row) => number,
  token?: string,
): LossyPage<Row> {
  const [start = Number.POSITIVE_INFINITY, offset = 0] = (token ?? '')
    .split('/')
    .filter(Boolean)
    .map(Number)
  const rest = rows.filter((row) => timeOf(row) <= start).slice(offset)
  const page = rest.slice(0, PAGE_ENTRIES)
  const following = rest[PAGE_ENTRIES]
  const last = page.at(-1)
  if (following === undefined || last === undefined) return { rows: page }
  const isTie = timeOf(following) === timeOf(last)
  return { rows: page, next: `${timeOf(following)}/${isTie ? offset + PAGE_ENTRIES : offset}` }
}
