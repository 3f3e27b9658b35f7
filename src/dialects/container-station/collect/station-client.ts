import { isMembers } from '../../../core/json/json.ts'
import type { VendorClient } from '../../collecting/vendor-client.ts'
import type { VendorCredentials } from '../../collecting/vendor-credentials.ts'
import { VendorError } from '../../collecting/vendor-error.ts'
import { type LogRow, readRow, textOf } from './row-event.ts'

/** A window of a station's feed. */
export interface FeedWindow {
  readonly index: number
  /** Newest first. */
  readonly messages: readonly string[]
  readonly offset: number
}

/** An item of a log as it was answered, and the row that it is. */
export interface LogItem {
  readonly item: unknown
  /** Undefined for what is no row. */
  readonly row: LogRow | undefined
}

/** Reads the log and the feed of a station. Rejects as VendorClient does. */
export interface StationClient {
  /** Items of the log, newest first, after so many others: rows, or what is in their place. */
  rows(limit: number, offset: number): Promise<readonly LogItem[]>
  feed(index: number): Promise<FeedWindow>
}

/** What a station client is made of. */
export interface StationClientOptions {
  readonly client: VendorClient
  readonly credentials: VendorCredentials
  readonly signal: AbortSignal
  /** Address of the API, with a slash at its end. */
  readonly api: string
}

/** A client of one station. */
export function createStationClient(options: StationClientOptions): StationClient {
  return {
    async rows(limit, offset) {
      const query = { limit: String(limit), offset: String(offset) }
      const answer = await ask('log', query, options)
      if (!Array.isArray(answer)) return refuse('log', 'rows of a log')
      return answer.map((item: unknown) => ({ item, row: readRow(item) }))
    },
    async feed(index) {
      return readWindow(await ask('event', { index: String(index) }, options))
    },
  }
}

/** What an old station answers with status 200 may be an error all the same. */
async function ask(
  path: string,
  query: Readonly<Record<string, string>>,
  { client, credentials, signal, api }: StationClientOptions,
): Promise<unknown> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await client.get({ path, query }, signal)
    const error = isMembers(answer) ? answer['error'] : undefined
    if (error === undefined) return answer
    const code = isMembers(error) ? Number(error['code']) : Number.NaN
    if (code !== 401 || attempt > 1) {
      const status = Number.isSafeInteger(code) ? code : 500
      const body = Buffer.from(JSON.stringify(error))
      throw VendorError.ofStatus(new URL(path, api), status, { body, retryAfterMs: undefined })
    }
    await credentials.renew?.()
  }
}

function readWindow(answer: unknown): FeedWindow {
  const { index, messages, offset } = isMembers(answer) ? answer : {}
  if (!isPlace(index) || !isPlace(offset) || !Array.isArray(messages)) {
    return refuse('event', 'a window of events')
  }
  // What is no text is kept as its JSON, like every text that cannot be read.
  return { index, messages: messages.map(textOf), offset }
}

function isPlace(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

function refuse(path: string, expected: string): never {
  throw VendorError.unexpected(path, expected)
}
