import type { JsonObject } from '../../../core/event/event.ts'
import { isMembers, type Members } from '../../../core/json/json.ts'
import { LOG_TABLES, type LogTable } from './log-row.ts'

/** Ids of a table that were read, both ends included. */
export interface IdRange {
  readonly firstId: number
  readonly lastId: number
}

/** The position in archives. */
interface ArchivePosition {
  /** Identifies the files of the run by a hash; other files are read from their beginning. */
  readonly files: string
  /** Number of completed files. */
  readonly done: number
  /** Number of completed rows in the next file. */
  readonly rows: number
}

/** What was imported of one Quay, as saved between two runs. */
export interface ImportPosition {
  /** The requested time range, in microseconds since the epoch. */
  readonly fromMicros: number | null
  readonly toMicros: number | null
  /** The ids that were read of the database's tables. */
  readonly tables: ReadonlyMap<LogTable, IdRange>
  readonly archive: ArchivePosition | undefined
}

/** The position before the first import. */
export const NO_POSITION: ImportPosition = {
  fromMicros: null,
  toMicros: null,
  tables: new Map(),
  archive: undefined,
}

/** The position as JSON. */
export function writePosition(position: ImportPosition): JsonObject {
  const { fromMicros, toMicros, tables, archive } = position
  return {
    fromMicros,
    toMicros,
    tables: Object.fromEntries(
      [...tables].map(([table, { firstId, lastId }]) => [table, { firstId, lastId }]),
    ),
    ...(archive !== undefined && { archive: { ...archive } }),
  }
}

/** Reads the position from a JSON object; absent parts were not imported. */
export function readPosition(saved: JsonObject | undefined): ImportPosition {
  if (saved === undefined) return NO_POSITION
  return {
    fromMicros: countAt(saved, 'fromMicros') ?? null,
    toMicros: countAt(saved, 'toMicros') ?? null,
    tables: readTables(saved['tables']),
    archive: readArchive(saved['archive']),
  }
}

function readTables(value: unknown): ReadonlyMap<LogTable, IdRange> {
  const tables = new Map<LogTable, IdRange>()
  if (!isMembers(value)) return tables
  for (const table of LOG_TABLES) {
    const range = value[table]
    if (!isMembers(range)) continue
    const firstId = countAt(range, 'firstId')
    const lastId = countAt(range, 'lastId')
    if (firstId !== undefined && lastId !== undefined) tables.set(table, { firstId, lastId })
  }
  return tables
}

function readArchive(value: unknown): ArchivePosition | undefined {
  if (!isMembers(value)) return undefined
  const files = value['files']
  const done = countAt(value, 'done')
  const rows = countAt(value, 'rows')
  if (typeof files !== 'string' || done === undefined || rows === undefined) return undefined
  return { files, done, rows }
}

function countAt(members: Members, key: string): number | undefined {
  const value = members[key]
  return Number.isSafeInteger(value) ? Number(value) : undefined
}
