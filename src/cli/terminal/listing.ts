import { isMembers, type Members } from '../../core/json/json.ts'
import { type Ask, jsonOf } from '../client/server-client.ts'
import { type CommandIo, write } from '../command-io.ts'
import { paintFor } from './terminal-style.ts'
import { type Column, textTable } from './text-table.ts'

/** A list that the server keeps, and how it is shown. */
export interface Listing {
  /** `v1/users`; the answer holds the list under the last word of it. */
  readonly path: string
  readonly columns: readonly Column<Members>[]
  /** What is said when it is empty. */
  readonly whenEmpty: string
}

/** Shows a list: as a table, or each item as a line of JSON. */
export async function showListing(
  { path, columns, whenEmpty }: Listing,
  ask: Ask,
  { io, json }: { readonly io: CommandIo; readonly json: boolean },
): Promise<void> {
  const items = await listOf(path, ask)
  if (json) {
    for (const item of items) await write(io.stdout, `${JSON.stringify(item)}\n`)
  } else if (items.length === 0) {
    await write(io.stderr, `${whenEmpty}\n`)
  } else {
    await write(io.stdout, textTable(items, columns, paintFor(io.stdout, io.env)))
  }
}

/** The items of a list of the server. */
export async function listOf(path: string, ask: Ask): Promise<readonly Members[]> {
  const answer = await jsonOf(await ask({ path }))
  const items = answer[path.slice(path.lastIndexOf('/') + 1)]
  return Array.isArray(items) ? items.filter(isMembers) : []
}

/** A column that shows one member; lists are joined, what is missing is a dash. */
export function memberColumn(title: string, name: string): Column<Members> {
  return {
    title,
    cell(item) {
      const value = item[name]
      if (Array.isArray(value)) return value.join(' ') || '-'
      return value === undefined || value === null || value === '' ? '-' : String(value)
    },
  }
}
