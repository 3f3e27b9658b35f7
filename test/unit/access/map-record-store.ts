import type { RecordStore, StateRecord } from '../../../src/access/record-store.ts'

/** A record store in memory, whose writes can be made to fail. */
export class MapRecordStore implements RecordStore {
  readonly records = new Map<string, StateRecord>()
  failure: Error | undefined

  async load(kind: string, idPrefix = ''): Promise<readonly StateRecord[]> {
    const records = [...this.records.values()].filter((record) => record.kind === kind)
    return records.filter(({ id }) => id.startsWith(idPrefix))
  }

  async get(kind: string, id: string): Promise<StateRecord | undefined> {
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

  async compact(): Promise<void> {}

  async remove(kind: string, id: string): Promise<void> {
    if (this.failure !== undefined) throw this.failure
    this.records.delete(`${kind}/${id}`)
  }
}

/** A key for the tokens of a directory over such a store. */
export const TOKEN_KEY = Buffer.alloc(32, 7)
