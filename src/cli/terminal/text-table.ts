import { plainLine } from './plain-line.ts'
import type { Paint } from './terminal-style.ts'

const GAP = '  '

/** A column of a table; `color` may color the padded cell depending on its row. */
export interface Column<Row> {
  readonly title: string
  readonly cell: (row: Row) => string
  /** Minimum width, in characters, so that later rows line up. */
  readonly widthMin?: number
  readonly color?: (paint: Paint, row: Row, text: string) => string
}

/** Formats rows under a line of titles; the last column is not padded. */
export function textTable<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  paint: Paint,
): string {
  const widths = columnWidths(rows, columns)
  const titles = columns.map(({ title }, index) => padded(title, index, widths)).join(GAP)
  return `${paint('bold', titles.trimEnd())}\n${tableRows(rows, columns, { paint, widths })}`
}

/** Formats only the rows, to continue a table. */
export function tableRows<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  { paint, widths }: { readonly paint: Paint; readonly widths: readonly number[] },
): string {
  return rows
    .map((row) => {
      const cells = columns.map((column, index) => {
        const text = padded(plainLine(column.cell(row)), index, widths)
        return column.color === undefined ? text : column.color(paint, row, text)
      })
      return `${cells.join(GAP).trimEnd()}\n`
    })
    .join('')
}

/** Column widths, in characters, that fit the titles and all rows. */
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
