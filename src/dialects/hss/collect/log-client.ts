import { isMembers } from '../../../core/json/json.ts'
import type { VendorClient } from '../../collecting/vendor-client.ts'
import { VendorError } from '../../collecting/vendor-error.ts'
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

/** Most requests of one run, so that an HSS which always counts more rows ends one. */
const REQUESTS_MAX = 20_000

/** A client for the log of a project. */
export function createLogClient(
  client: VendorClient,
  projectId: string,
  signal: AbortSignal,
): LogClient {
  const path = `v5/${encodeURIComponent(projectId)}/container/image/events`
  let requests = 0
  return {
    async page({ fromMs, toMs, limit, offset }) {
      requests += 1
      if (requests > REQUESTS_MAX) throw VendorError.endlessPages(path)
      const query = {
        start_time: String(fromMs),
        end_time: String(toMs),
        limit: String(limit),
        offset: String(offset),
      }
      const answer = await client.get({ path, query }, signal)
      const { total_num: total, data_list: list } = isMembers(answer) ? answer : {}
      const isCount = Number.isSafeInteger(total) && Number(total) >= 0
      if (!isCount || !(Array.isArray(list) || list === undefined || list === null)) {
        throw VendorError.unexpected(path, 'a page of image operations')
      }
      return { total: Number(total), rows: (list ?? []).map(readRow) }
    },
  }
}
