import { isMembers, type Members } from '../../core/json/json.ts'
import { type Ask, jsonOf } from '../client/server-client.ts'
import { type CommandIo, write } from '../command-io.ts'
import { paintFor } from './terminal-style.ts'
import { type Column, textTable } from './text-table.ts'

/** A list from the server, and how it is shown. */
export interface Listing {
  /** `v1/users`; the answer contains the list under the last word of the path. */
  readonly path: string
  readonly columns: readonly Column<Members>[]
  /** The message for an empty list. */
  readonly whenEmpty: string
}

/** Shows a list as a table, or as one line of JSON per item. */
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

/** Fetches the items of a list. */
export async function listOf(path: string, ask: Ask): Promise<readonly Members[]> {
  const answer = await jsonOf(await ask({ path }))
  const items = answer[path.slice(path.lastIndexOf('/') + 1)]
  return Array.isArray(items) ? items.filter(isMembers) : []
}

/** A column for one member; lists are joined, and a missing value is a dash. */
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
