import { isMembers } from '../../../core/json.ts'
import type { VendorClient } from '../../vendor-client.ts'
import { VendorError } from '../../vendor-error.ts'
import { type DayNumber, type DayWindow, dayOfSecond, quayDay } from '../calendar-day.ts'
import { readLogEntry, readMailDate } from '../log-entry.ts'
import { type CollectedLog, logPath, type PlacedEntry, placed } from './collected-log.ts'

/** Which entries of a log. */
export interface LogQuestion {
  readonly log: CollectedLog
  readonly window: DayWindow
  /** Only what this user or robot did; Quay reads it for users and organizations alone. */
  readonly performer?: string
}

/** A page of entries, newest first. */
interface AnsweredPage {
  readonly entries: readonly PlacedEntry[]
  /** Absent on the last page. */
  readonly next?: string
}

/** What a Quay answers for counts when it has the feature off, or fails at it every time. */
const NO_COUNTS: readonly number[] = [404, 500]

/** How many entries of each kind there are, by day. */
export type DayCounts = ReadonlyMap<DayNumber, ReadonlyMap<string, number>>

/** What is asked of a Quay. Every method rejects as `VendorClient.get` does. */
export interface LogClient {
  page(question: LogQuestion, after: string | undefined): Promise<AnsweredPage>
  /** Undefined when this Quay does not count (`FEATURE_AGGREGATED_LOG_COUNT_RETRIEVAL`). */
  counts(question: LogQuestion): Promise<DayCounts | undefined>
  /** The name of the user whose token it is. */
  ownName(): Promise<string>
}

/** Asks a Quay through its API, in one run. */
export function createLogClient(client: VendorClient, signal: AbortSignal): LogClient {
  const ask = (question: LogQuestion, operation: string, after?: string) =>
    client.get(
      {
        path: `${logPath(question.log)}/${operation}`,
        query: {
          starttime: quayDay(question.window.from),
          // Quay's end is the last day, and the whole of it counts.
          endtime: quayDay(question.window.to - 1),
          performer: question.performer,
          next_page: after,
        },
      },
      signal,
    )
  return {
    async page(question, after) {
      const answer = await ask(question, 'logs', after)
      const logs = isMembers(answer) ? answer['logs'] : undefined
      if (!isMembers(answer) || !Array.isArray(logs)) {
        throw VendorError.unexpected(logPath(question.log), 'a page of a usage log')
      }
      if (answer['search_unavailable'] === true) {
        throw VendorError.unexpected(logPath(question.log), 'its log, which cannot be searched')
      }
      const next = answer['next_page']
      return {
        entries: logs
          .map(readLogEntry)
          .filter((entry) => entry !== undefined)
          .map((entry) => placed(entry, question.log)),
        ...(typeof next === 'string' && next !== '' && { next }),
      }
    },
    async counts(question) {
      try {
        return readCounts(await ask(question, 'aggregatelogs'), question.log)
      } catch (error) {
        if (error instanceof VendorError && NO_COUNTS.includes(error.status ?? 0)) return undefined
        throw error
      }
    },
    async ownName() {
      const answer = await client.get({ path: 'api/v1/user/' }, signal)
      const name = isMembers(answer) ? answer['username'] : undefined
      if (typeof name === 'string' && name !== '') return name
      throw VendorError.unexpected('api/v1/user/', 'who the token belongs to')
    },
  }
}

function readCounts(answer: unknown, log: CollectedLog): DayCounts {
  const items = isMembers(answer) ? answer['aggregated'] : undefined
  if (!Array.isArray(items)) throw VendorError.unexpected(logPath(log), 'counts by day and kind')
  const days = new Map<DayNumber, Map<string, number>>()
  for (const item of items) {
    const { kind, count, datetime } = isMembers(item) ? item : {}
    const second = readMailDate(datetime)
    if (typeof kind !== 'string' || typeof count !== 'number' || second === undefined) continue
    const day = dayOfSecond(second)
    const kinds = days.get(day) ?? new Map<string, number>()
    kinds.set(kind, (kinds.get(kind) ?? 0) + count)
    days.set(day, kinds)
  }
  return days
}
