import { plainLine } from './plain-line.ts'
import type { Paint } from './terminal-style.ts'

const GAP = '  '

/** One column of a table; `colour` may colour the padded cell by its row. */
export interface Column<Row> {
  readonly title: string
  readonly cell: (row: Row) => string
  /** Narrowest, in characters, so that rows that come later line up. */
  readonly widthMin?: number
  readonly colour?: (paint: Paint, row: Row, text: string) => string
}

/** Rows under one another with their titles on top; the last column is never padded. */
export function textTable<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  paint: Paint,
): string {
  const widths = columnWidths(rows, columns)
  const titles = columns.map(({ title }, index) => padded(title, index, widths)).join(GAP)
  return `${paint('bold', titles.trimEnd())}\n${tableRows(rows, columns, { paint, widths })}`
}

/** The rows alone, for a table that goes on. */
export function tableRows<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  { paint, widths }: { readonly paint: Paint; readonly widths: readonly number[] },
): string {
  return rows
    .map((row) => {
      const cells = columns.map((column, index) => {
        const text = padded(plainLine(column.cell(row)), index, widths)
        return column.colour === undefined ? text : column.colour(paint, row, text)
      })
      return `${cells.join(GAP).trimEnd()}\n`
    })
    .join('')
}

/** Widths of the columns, in characters, that fit the titles and all of the rows. */
export function columnWidths<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
): readonly number[] {
  return columns.map(({ title, cell, widthMin = 0 }) =>
    rows.reduce(
      (width, row) => Math.max(width, cell(row).length),
      Math.max(title.length, widthMin),
    ),
  )
}

function padded(text: string, index: number, widths: readonly number[]): string {
  return index === widths.length - 1 ? text : text.padEnd(widths[index] ?? 0)
}
