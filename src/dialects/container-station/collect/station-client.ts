import { isMembers } from '../../../core/json.ts'
import type { VendorClient } from '../../vendor-client.ts'
import type { VendorCredentials } from '../../vendor-credentials.ts'
import { VendorError } from '../../vendor-error.ts'
import { type LogRow, readRow } from './row-event.ts'

/** A window of a station's feed. */
export interface FeedWindow {
  readonly index: number
  /** Newest first. */
  readonly messages: readonly string[]
  readonly offset: number
}

/** Reads the log and the feed of a station. Rejects as VendorClient does. */
export interface StationClient {
  /** Rows of the log, newest first, after so many others. */
  rows(limit: number, offset: number): Promise<readonly LogRow[]>
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
      const rows = Array.isArray(answer) ? answer.map(readRow) : [undefined]
      return rows.map((row) => row ?? refuse('log', 'rows of a log'))
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
  if (typeof index !== 'number' || typeof offset !== 'number' || !isTexts(messages)) {
    return refuse('event', 'a window of events')
  }
  return { index, messages, offset }
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}

function refuse(path: string, expected: string): never {
  throw VendorError.unexpected(path, expected)
}
