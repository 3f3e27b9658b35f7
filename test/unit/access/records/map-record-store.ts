import type {
  FoundRecord,
  RecordStore,
  StateRecord,
} from '../../../../src/access/records/record-store.ts'
import type { Members } from '../../../../src/core/json/json.ts'

/** A record that the test wrote itself. */
interface KeptRecord extends FoundRecord {
  readonly body: Members
}

/** A record store in memory, whose writes can be made to fail. */
export class MapRecordStore implements RecordStore {
  readonly records = new Map<string, KeptRecord>()
  failure: Error | undefined

  async load(kind: string, idPrefix = ''): Promise<readonly KeptRecord[]> {
    const records = [...this.records.values()].filter((record) => record.kind === kind)
    return records.filter(({ id }) => id.startsWith(idPrefix))
  }

  async get(kind: string, id: string): Promise<KeptRecord | undefined> {
    return this.records.get(`${kind}/${id}`)
  }

  async count(kind: string, idPrefix: string): Promise<number> {
    return (await this.load(kind, idPrefix)).length
  }

  async put(record: StateRecord): Promise<void> {
    if (this.failure !== undefined) throw this.failure
    // Through JSON, as a real store keeps it.
    this.records.set(`${record.kind}/${record.id}`, JSON.parse(JSON.stringify(record)))
  }

  async create(record: StateRecord): Promise<FoundRecord> {
    const key = `${record.kind}/${record.id}`
    if (!this.records.has(key)) await this.put(record)
    return this.records.get(key) ?? record
  }

  async remove(kind: string, id: string): Promise<void> {
    if (this.failure !== undefined) throw this.failure
    this.records.delete(`${kind}/${id}`)
  }
}

/** A key for the tokens of a directory over such a store. */
export const TOKEN_KEY = Buffer.alloc(32, 7)
