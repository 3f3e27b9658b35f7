import { isMembers } from '../../../core/json/json.ts'
import type { VendorClient } from '../../collecting/vendor-client.ts'
import { VendorError } from '../../collecting/vendor-error.ts'
import { type DayNumber, type DayWindow, dayOfSecond, quayDay } from '../entries/calendar-day.ts'
import { type AnsweredEntry, readLogEntry, readMailDate } from '../entries/log-entry.ts'
import { itemTexts, memberTexts, parsePythonJson } from '../python/python-json.ts'
import { type CollectedLog, logName, logPath, type PlacedEntry, placed } from './collected-log.ts'
import type { OddItem } from './odd-item-event.ts'

/** Which entries of a log. */
export interface LogQuestion {
  readonly log: CollectedLog
  readonly window: DayWindow
  /** Only what this user or robot did; Quay reads it for users and organizations alone. */
  readonly performer?: string
  /** Whether it is a cut of a reading that another one is made of: a 500 to it is no outage. */
  readonly isCut?: boolean
}

/** A page of entries, newest first. */
export interface AnsweredPage {
  readonly entries: readonly PlacedEntry[]
  /** Items that have no place among them: their time cannot be read, or they are no entries. */
  readonly odd?: readonly OddItem[]
  /** Absent on the last page. */
  readonly next?: string
}

/** What a Quay answers for counts when it has the feature off, or fails at it every time. */
const NO_COUNTS: readonly number[] = [404, 500]
/** What a Quay answers, every time, to some performers and to some ranges of its counts. */
const FAILS_AT: readonly number[] = [500]

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

/** The body of an answer, and what it says. */
interface AnsweredBody {
  readonly text: string
  readonly value: unknown
}

const parseBody = (text: string): AnsweredBody => ({ text, value: parsePythonJson(text) })

/** Asks a Quay through its API, in one run. */
export function createLogClient(client: VendorClient, signal: AbortSignal): LogClient {
  const ask = async (question: LogQuestion, operation: string, after?: string) => {
    const isCut = operation !== 'logs' || question.isCut || question.performer !== undefined
    const answer = await client.get(
      {
        path: `${logPath(question.log)}/${operation}`,
        query: {
          starttime: quayDay(question.window.from),
          // Quay's end is the last day, and the whole of it counts.
          endtime: quayDay(question.window.to - 1),
          performer: question.performer,
          next_page: after,
        },
        parse: parseBody,
        ...(isCut && { givesUpAt: FAILS_AT }),
      },
      signal,
    )
    // It is what `parse` made.
    return answer as AnsweredBody
  }
  return {
    async page(question, after) {
      return readPage(await ask(question, 'logs', after), question.log)
    },
    async counts(question) {
      try {
        const { value } = await ask(question, 'aggregatelogs')
        return readCounts(value, question.log)
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

function readPage({ text, value }: AnsweredBody, log: CollectedLog): AnsweredPage {
  const logs = isMembers(value) ? value['logs'] : undefined
  if (!isMembers(value) || !Array.isArray(logs)) {
    throw VendorError.unexpected(logName(log), 'a page of a usage log')
  }
  if (value['search_unavailable'] === true) {
    throw VendorError.unexpected(logName(log), 'its log, which cannot be searched')
  }
  const texts = itemTexts(memberTexts(text).get('logs') ?? '')
  const entries: PlacedEntry[] = []
  const odd: OddItem[] = []
  for (const [index, item] of logs.entries()) {
    const read: AnsweredEntry | undefined = readLogEntry(item, texts[index])
    if (read === undefined || read.isUntimed) odd.push({ read, text: texts[index] ?? '' })
    else entries.push(placed(read, log))
  }
  const next = value['next_page']
  return {
    entries: entries.sort((one, other) => other.entry.second - one.entry.second),
    ...(odd.length > 0 && { odd }),
    ...(typeof next === 'string' && next !== '' && { next }),
  }
}

function readCounts(answer: unknown, log: CollectedLog): DayCounts {
  const items = isMembers(answer) ? answer['aggregated'] : undefined
  if (!Array.isArray(items)) throw VendorError.unexpected(logName(log), 'counts by day and kind')
  const days = new Map<DayNumber, Map<string, number>>()
  for (const item of items) {
    const { kind, count, datetime } = isMembers(item) ? item : {}
    const second = readMailDate(datetime)
    if (typeof kind !== 'string' || !isCount(count) || second === undefined) continue
    const day = dayOfSecond(second)
    const kinds = days.get(day) ?? new Map<string, number>()
    kinds.set(kind, (kinds.get(kind) ?? 0) + count)
    days.set(day, kinds)
  }
  return days
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}
