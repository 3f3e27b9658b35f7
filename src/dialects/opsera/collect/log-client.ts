import type { JsonObject } from '../../../core/event.ts'
import { isMembers } from '../../../core/json.ts'
import { parseTimestamp } from '../../../core/timestamp.ts'
import type { VendorClient } from '../../vendor-client.ts'
import { VendorError } from '../../vendor-error.ts'
import type { LogName } from '../selection.ts'
import type { LogRow } from './row-event.ts'

/** Where each log is. */
const PATHS: Readonly<Record<LogName, string>> = {
  actions: 'api/v1/logs/user/actions',
  audit: 'api/v2/logs/audit/user',
  tokens: 'api/v1/logs/user/tokens',
  pipelines: 'api/v1/logs/pipelines',
}

/** One answer of a log. */
export interface LogAnswer {
  /** How many rows there are that match. */
  readonly count: number
  /** Some of them, the newest first. */
  readonly rows: readonly LogRow[]
}

/** Asks one Opsera for its logs. Rejects as VendorClient does. */
export type AskLog = (
  log: LogName,
  query: Readonly<Record<string, string | undefined>>,
) => Promise<LogAnswer>

/** A client for the logs of one Opsera. */
export function createLogClient(client: VendorClient, signal: AbortSignal): AskLog {
  return async (log, query) => {
    const answer = await client.get({ path: PATHS[log], query }, signal)
    const { count, data } = isMembers(answer) ? answer : {}
    if (typeof count !== 'number' || !Array.isArray(data)) {
      throw VendorError.unexpected(PATHS[log], 'a count and rows')
    }
    const rows = data.map(readRow).filter((row) => row !== undefined)
    if (rows.length < data.length) throw VendorError.unexpected(PATHS[log], 'rows with an _id')
    // The newest first, whatever order they came in: what a log says of it is not documented.
    return { count, rows: rows.sort((one, other) => timeOf(other) - timeOf(one)) }
  }
}

/** Rows without a time are the oldest. */
export function timeOf({ createdMs }: LogRow): number {
  return createdMs ?? 0
}

function readRow(value: unknown): LogRow | undefined {
  if (!isMembers(value)) return undefined
  const { _id: id, createdAt } = value
  if (typeof id !== 'string' || id === '' || id.length > ID_LENGTH_MAX) return undefined
  const micros = typeof createdAt === 'string' ? parseTimestamp(createdAt) : undefined
  return {
    id,
    createdMs: micros === undefined ? undefined : Math.floor(micros / 1000),
    // It was read from JSON.
    members: value as JsonObject,
  }
}

const ID_LENGTH_MAX = 256
