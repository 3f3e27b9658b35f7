import type { RecordStore } from '../access/record-store.ts'
import type { JsonObject } from '../core/event.ts'
import { isMembers } from '../core/json.ts'
import { type Clock, formatTimestamp } from '../core/timestamp.ts'

/** Kind of the records that positions are kept in. */
const RECORD_KIND = 'collector-position'

/** Whose position it is. */
export interface CollectorName {
  /** Tenant of the collector's events. */
  readonly tenant: string
  readonly kind: string
  readonly name: string
}

/** How far a collector is, in its own words. */
interface SavedPosition extends CollectorName {
  readonly position: JsonObject
  /** RFC 3339. */
  readonly saved: string
}

/** The positions of all collectors, of this server and of those that send to it. */
export interface CollectorPositions {
  /** Those of one tenant, or of all (`null`), by kind and name. */
  list(tenant: string | null): Promise<readonly SavedPosition[]>
  get(collector: CollectorName): Promise<SavedPosition | undefined>
  /** Durable once it resolves. */
  save(collector: CollectorName, position: JsonObject): Promise<void>
}

/** The positions that are kept in the store. Methods throw as `RecordStore` does. */
export function collectorPositions(records: RecordStore, clock: Clock): CollectorPositions {
  const all = async () => {
    const saved = (await records.load(RECORD_KIND)).map(({ body }) => readSaved(body))
    return saved.filter((position) => position !== undefined)
  }
  return {
    async list(tenant) {
      const saved = await all()
      return saved
        .filter((position) => tenant === null || position.tenant === tenant)
        .sort((one, other) => (idOf(one) < idOf(other) ? -1 : 1))
    },
    async get(collector) {
      const id = idOf(collector)
      return (await all()).find((position) => idOf(position) === id)
    },
    save: ({ tenant, kind, name }, position) =>
      records.put({
        kind: RECORD_KIND,
        id: idOf({ tenant, kind, name }),
        body: { tenant, kind, name, position, saved: formatTimestamp(clock()) },
      }),
  }
}

function idOf({ tenant, kind, name }: CollectorName): string {
  return JSON.stringify([tenant, kind, name])
}

function readSaved(body: JsonObject): SavedPosition | undefined {
  const { tenant, kind, name, position, saved } = body
  const texts = [tenant, kind, name, saved].every((value) => typeof value === 'string')
  if (!texts || !isMembers(position)) return undefined
  return {
    tenant: String(tenant),
    kind: String(kind),
    name: String(name),
    // It was a JSON object when it was saved.
    position: position as JsonObject,
    saved: String(saved),
  }
}
