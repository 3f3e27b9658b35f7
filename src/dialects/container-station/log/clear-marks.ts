import type { RecordStore } from '../../../access/records/record-store.ts'
import { isMembers } from '../../../core/json/json.ts'

/** Where the log of a tenant begins in the ledger of each origin: the seq of its first event. */
export type ClearMarks = ReadonlyMap<string, number>

const RECORD_KIND = 'container-station-log'

/** How long marks are answered from memory, ms: another instance may have cleared the log. */
const FRESH_MS = 5_000

/**
 * Where the logs begin that were cleared. Clearing hides events from this dialect and from nothing
 * else: the ledger keeps them.
 */
export class ClearedLogs {
  readonly #records: RecordStore
  readonly #nowMs: () => number
  #marks: Promise<ReadonlyMap<string, ClearMarks>> | undefined
  #loadedMs = 0

  constructor(records: RecordStore, nowMs: () => number) {
    this.#records = records
    this.#nowMs = nowMs
  }

  /** Throws `store.unavailable`. */
  async of(tenant: string): Promise<ClearMarks> {
    const nowMs = this.#nowMs()
    // The clock may have been set back meanwhile.
    if (this.#marks === undefined || Math.abs(nowMs - this.#loadedMs) > FRESH_MS) {
      this.#loadedMs = nowMs
      this.#marks = this.#load()
      this.#marks.catch(() => {
        this.#marks = undefined
      })
    }
    return (await this.#marks).get(tenant) ?? new Map()
  }

  /** Durable once it resolves. Throws `store.unavailable`. */
  async keep(tenant: string, marks: ClearMarks): Promise<void> {
    const body = Object.fromEntries(marks)
    await this.#records.put({ kind: RECORD_KIND, id: tenant, body })
    this.#marks = undefined
  }

  async #load(): Promise<ReadonlyMap<string, ClearMarks>> {
    const records = await this.#records.load(RECORD_KIND)
    return new Map(records.map(({ id, body }) => [id, marksOf(body)]))
  }
}

function marksOf(body: unknown): ClearMarks {
  const entries = Object.entries(isMembers(body) ? body : {})
  return new Map(
    entries.filter((entry): entry is [string, number] => Number.isSafeInteger(entry[1])),
  )
}
