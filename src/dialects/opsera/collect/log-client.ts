import { createHash } from 'node:crypto'
import type { JsonObject } from '../../../core/event/event.ts'
import { isMembers } from '../../../core/json/json.ts'
import { parseTimestamp } from '../../../core/time/timestamp.ts'
import type { VendorClient } from '../../collecting/vendor-client.ts'
import { VendorError } from '../../collecting/vendor-error.ts'
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

/** Most requests for one log in a run, so that an Opsera which always counts more ends one. */
const REQUESTS_MAX = 20_000

/** A client for the logs of one Opsera. */
export function createLogClient(client: VendorClient, signal: AbortSignal): AskLog {
  const requests = new Map<LogName, number>()
  return async (log, query) => {
    const count = (requests.get(log) ?? 0) + 1
    requests.set(log, count)
    if (count > REQUESTS_MAX) throw VendorError.endlessPages(log)
    const answer = await client.get({ path: PATHS[log], query }, signal)
    const { count: counted, data } = isMembers(answer) ? answer : {}
    if (!Array.isArray(data)) throw VendorError.unexpected(PATHS[log], 'a count and rows')
    const rows = data.map(readRow)
    // The newest first, whatever order they came in: what a log says of it is not documented.
    rows.sort((one, other) => timeOf(other) - timeOf(one))
    return { count: isCount(counted) ? counted : rows.length, rows }
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

/** Rows without a time are the oldest. */
export function timeOf({ createdMs }: LogRow): number {
  return createdMs ?? 0
}

/** What is no object, or has no name of its own, is named by a digest of it. */
function readRow(value: unknown): LogRow {
  // It was read from JSON.
  const members = isMembers(value) ? (value as JsonObject) : undefined
  const { _id: id, createdAt } = members ?? {}
  const micros = typeof createdAt === 'string' ? parseTimestamp(createdAt) : undefined
  const isId = typeof id === 'string' && id !== '' && id.length <= ID_LENGTH_MAX
  return {
    id: isId ? id : `row-${digestOf(value)}`,
    createdMs: micros === undefined ? undefined : Math.floor(micros / 1000),
    members: members ?? {},
    ...(members === undefined && { item: value }),
  }
}

function digestOf(value: unknown): string {
  let text = ''
  try {
    text = JSON.stringify(value)
  } catch {
    // It has thousands of levels; all such rows are one.
  }
  return createHash('sha256').update(text).digest('hex')
}

const ID_LENGTH_MAX = 256
