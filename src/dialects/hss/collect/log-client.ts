import { isMembers } from '../../../core/json.ts'
import type { VendorClient } from '../../vendor-client.ts'
import { VendorError } from '../../vendor-error.ts'
import { type LogRow, readRow } from './row-event.ts'

/** A page of the log between two milliseconds, both included. */
export interface PageQuestion {
  readonly fromMs: number
  readonly toMs: number
  readonly limit: number
  readonly offset: number
}

/** A page, and how many rows there are in all pages. */
export interface LogPage {
  readonly total: number
  readonly rows: readonly LogRow[]
}

/** Reads the log of one project. Rejects as VendorClient does. */
export interface LogClient {
  page(question: PageQuestion): Promise<LogPage>
}

/** A client for the log of a project. */
export function createLogClient(
  client: VendorClient,
  projectId: string,
  signal: AbortSignal,
): LogClient {
  const path = `v5/${encodeURIComponent(projectId)}/container/image/events`
  return {
    async page({ fromMs, toMs, limit, offset }) {
      const query = {
        start_time: String(fromMs),
        end_time: String(toMs),
        limit: String(limit),
        offset: String(offset),
      }
      const answer = await client.get({ path, query }, signal)
      const { total_num: total, data_list: list } = isMembers(answer) ? answer : {}
      const rows = Array.isArray(list) ? list.map(readRow) : []
      if (typeof total !== 'number' || rows.some((row) => row === undefined)) {
        throw VendorError.unexpected(path, 'a page of image operations')
      }
      return { total, rows: rows.filter((row) => row !== undefined) }
    },
  }
}
