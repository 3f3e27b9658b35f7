import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import type { RecordStore } from '../access/records/record-store.ts'
import { Fault } from '../core/errors.ts'
import type { JsonObject } from '../core/event/event.ts'
import { type Clock, formatTimestamp } from '../core/time/timestamp.ts'
import { createTurns } from '../core/turns/in-turn.ts'
import type { SourceName } from '../core/values/source-name.ts'

/** Record kind of the positions of collectors. */
const RECORD_KIND = 'collector-position'
/** Record kind of the positions of watched sources. */
const WATCHED_RECORD_KIND = 'watched-source-position'

/** Identifies a collector. */
export interface CollectorName {
  /** Tenant of the collector's events. */
  readonly tenant: string
  readonly kind: string
  readonly name: string
}

/** A JSON object that only the collector itself understands. */
const Position = Type.Unsafe<JsonObject>(Type.Object({}))

/** The record with the position of a collector. */
const SavedPosition = Type.Object({
  tenant: Type.String(),
  kind: Type.String(),
  name: Type.String(),
  position: Position,
  /** RFC 3339. */
  saved: Type.String(),
})
type SavedPosition = Readonly<Static<typeof SavedPosition>>

/** Largest position that a client may save, in bytes of the request. */
export const POSITION_BYTES_MAX = 512 * 1024
/** Most positions of a tenant; a client cannot save more. */
export const POSITIONS_MAX = 100

/** How a position is saved late. */
export interface LagOptions {
  /** How long a new position waits to be saved, ms; after a crash, this much is read again. */
  readonly lagMs: number
  /** Called with the error when a position could not be saved; the next one replaces it. */
  readonly trouble: (error: unknown) => void
}

/**
 * The position of a watched source, independent of the tenant. It moves with every event, and is
 * saved with a delay so that not every move writes a record.
 */
export class LaggingPosition {
  readonly #id: string
  readonly #records: RecordStore
  readonly #options: LagOptions
  #isLoaded = false
  #position: JsonObject | undefined
  #isSaved = true
  #timer: NodeJS.Timeout | undefined
  /** Writes run one at a time: an earlier position must not overwrite a later one. */
  readonly #inTurn = createTurns()

  constructor({ kind, name }: SourceName, records: RecordStore, options: LagOptions) {
    this.#id = `${kind}/${name}`
    this.#records = records
    this.#options = options
  }

  /** The last position that it moved to, or else the one that an earlier process saved. */
  async load(): Promise<JsonObject | undefined> {
    if (!this.#isLoaded) {
      const body = (await this.#records.get(WATCHED_RECORD_KIND, this.#id))?.body
      this.#position = Value.Check(Position, body) ? body : undefined
      this.#isLoaded = true
    }
    return this.#position
  }

  moveTo(position: JsonObject): void {
    this.#position = position
    this.#isSaved = false
    this.#timer ??= setTimeout(() => void this.save(), this.#options.lagMs)
  }

  /** Saves the position now, if it moved. Never rejects. */
  save(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    return this.#inTurn(() => this.#write())
  }

  async #write(): Promise<void> {
    if (this.#isSaved || this.#position === undefined) return
    this.#isSaved = true
    try {
      const body = this.#position
      await this.#records.put({ kind: WATCHED_RECORD_KIND, id: this.#id, body })
    } catch (error) {
      this.#isSaved = false
      this.#options.trouble(error)
    }
  }
}

/** The positions of all collectors, of this server and of clients. */
export interface CollectorPositions {
  /** The positions of one tenant, or of all tenants (`null`), by kind and name. */
  list(tenant: string | null): Promise<readonly SavedPosition[]>
  get(collector: CollectorName): Promise<SavedPosition | undefined>
  /** Durable once it resolves. */
  save(collector: CollectorName, position: JsonObject): Promise<void>
  /**
   * The same for a client, whose collector may be new.
   *
   * @throws Fault `resource.too-many` when its tenant has `POSITIONS_MAX` others.
   */
  saveOfClient(collector: CollectorName, position: JsonObject): Promise<void>
  /** Has no effect on an unknown collector. */
  remove(collector: CollectorName): Promise<void>
}

/** The positions in the store. Methods throw as `RecordStore` does. */
export function collectorPositions(records: RecordStore, clock: Clock): CollectorPositions {
  const save = ({ tenant, kind, name }: CollectorName, position: JsonObject) =>
    records.put({
      kind: RECORD_KIND,
      id: idOf({ tenant, kind, name }),
      body: { tenant, kind, name, position, saved: formatTimestamp(clock()) },
    })
  /** New collectors are counted one at a time: concurrent ones could all take the last place. */
  const inTurn = createTurns()
  const saveNew = async (collector: CollectorName, position: JsonObject) => {
    if ((await records.count(RECORD_KIND, prefixOf(collector.tenant))) >= POSITIONS_MAX) {
      const detail = `a tenant can have at most ${POSITIONS_MAX} collector positions`
      throw new Fault('resource.too-many', { detail })
    }
    await save(collector, position)
  }
  return {
    async list(tenant) {
      const prefix = tenant === null ? '' : prefixOf(tenant)
      const bodies = (await records.load(RECORD_KIND, prefix)).map(({ body }) => body)
      return bodies
        .filter((body) => Value.Check(SavedPosition, body))
        .sort((one, other) => (idOf(one) < idOf(other) ? -1 : 1))
    },
    async get(collector) {
      const body = (await records.get(RECORD_KIND, idOf(collector)))?.body
      return Value.Check(SavedPosition, body) ? body : undefined
    },
    save,
    async saveOfClient(collector, position) {
      if ((await records.get(RECORD_KIND, idOf(collector))) !== undefined) {
        await save(collector, position)
        return
      }
      await inTurn(() => saveNew(collector, position))
    },
    remove: (collector) => records.remove(RECORD_KIND, idOf(collector)),
  }
}

function idOf({ tenant, kind, name }: CollectorName): string {
  return JSON.stringify([tenant, kind, name])
}

/** The beginning of the ids of a tenant's positions, and of no others. */
function prefixOf(tenant: string): string {
  return `[${JSON.stringify(tenant)},`
}
