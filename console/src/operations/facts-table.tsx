import type { ReactNode } from 'react'

/** A table of facts; on a narrow screen it scrolls sideways. */
export function FactsTable({
  name,
  columns,
  rows,
  empty,
}: {
  readonly name: string
  readonly columns: readonly string[]
  /** Each with a key and a cell for each column; the first one names the row. */
  readonly rows: readonly { readonly key: string; readonly cells: readonly ReactNode[] }[]
  /** What is said instead of a table without rows. */
  readonly empty?: string
}) {
  if (rows.length === 0 && empty !== undefined) return <p className="quiet">{empty}</p>
  return (
    <div className="facts-table" role="group" aria-label={name} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, cells: [first, ...others] }) => (
            <tr key={key}>
              <th scope="row">{first}</th>
              {others.map((cell, index) => (
                <td key={columns[index + 1]}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
