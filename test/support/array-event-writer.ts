import type { Draft } from '../../src/core/event/draft.ts'
import type { Event } from '../../src/core/event/event.ts'
import { parseTimestamp } from '../../src/core/time/timestamp.ts'
import type {
  EncodedRows,
  EventGroup,
  EventWriter,
  KnownEvent,
  LedgerHolding,
  NamedLookup,
  StoredName,
  TileHash,
  TreeHead,
} from '../../src/ledger/event-writer.ts'
import { REQUEST_NAME_KEY_OFFSET } from '../../src/ledger/event-writer.ts'

interface Row {
  readonly event: Event
  /** Empty in place of an event that is lost. */
  readonly canonical: string
  readonly request: string
}

/** What the next insert does. */
export type InsertFate = 'store' | 'fail' | 'store and fail' | 'hang'

/**
 * The writer's contract over a plain array, for what a real store does only when it breaks: it can
 * fail, fail after having stored, or hang, on command.
 */
export class ArrayEventWriter implements EventWriter {
  readonly rows: Row[] = []
  readonly groupSizes: number[] = []
  readonly tiles = new Map<string, TileHash>()
  head: TreeHead | undefined
  nextFates: InsertFate[] = []
  isReachable = true
  lookups = 0
  /** Whether an insert may leave out places: those of events that are lost. */
  hasLostEvents = false
  /** Called in front of each insert and behind it: it may throw, or crash the process. */
  onInsert: (moment: 'before' | 'after') => void = () => undefined
  release: () => void = () => undefined

  encode(drafts: readonly Draft[], request: string): EncodedRows {
    const rows = drafts.map(({ event, canonical }) => ({ event, canonical, request }))
    return { bytes: Buffer.from(JSON.stringify(rows)), starts: new Uint32Array(rows.length) }
  }

  async insert(group: EventGroup): Promise<void> {
    const fate = this.nextFates.shift() ?? 'store'
    if (fate === 'hang') await new Promise<void>((resolve) => (this.release = resolve))
    else await new Promise(setImmediate)
    this.onInsert('before')
    if (fate === 'fail') throw new Error('the disk is full')
    const rows = group.rows.flatMap(({ bytes }): readonly Row[] => JSON.parse(bytes.toString()))
    this.#leaveOut(group.firstSeq - this.rows.length, rows)
    this.groupSizes.push(rows.length)
    this.rows.push(...rows)
    this.onInsert('after')
    if (fate === 'store and fail') throw new Error('the connection was lost')
  }

  #leaveOut(places: number, [row]: readonly Row[]): void {
    if (places === 0) return
    if (places < 0 || !this.hasLostEvents || row === undefined) throw new Error('not in its place')
    for (let place = 0; place < places; place += 1) this.rows.push({ ...row, canonical: '' })
  }

  async endInserts(): Promise<void> {
    if (!this.isReachable) throw new Error('no answer')
  }

  async size(): Promise<number> {
    if (!this.isReachable) throw new Error('no answer')
    return this.rows.length
  }

  async holdings(): Promise<readonly LedgerHolding[]> {
    const nextSeq = this.rows.length
    const events = this.rows.filter(({ canonical }) => canonical !== '').length
    const savedSize = this.head?.size
    return [{ origin: 'test', events, nextSeq, isWhole: events === nextSeq, savedSize }]
  }

  async findNamed(names: readonly NamedLookup[]): Promise<ReadonlyMap<number, KnownEvent>> {
    this.lookups += 1
    const found = new Map<number, KnownEvent>()
    for (const [index, name] of names.entries()) {
      const seq = this.rows.findIndex(
        ({ event, canonical }) => canonical !== '' && isNamed(event, name),
      )
      if (seq >= 0) found.set(index, { seq, origin: 'test' })
    }
    return found
  }

  async findRequest(tenant: string, key: string) {
    const seqs = [...this.rows.entries()]
      .filter(([, { event, request }]) => event.tenant === tenant && keyOf(request) === key)
      .map(([seq]) => seq)
    const [firstSeq] = seqs
    if (firstSeq === undefined) return undefined
    return {
      bodySha256: (this.rows[firstSeq]?.request ?? '').slice(0, REQUEST_NAME_KEY_OFFSET - 1),
      firstSeq,
      lastSeq: seqs.at(-1) ?? firstSeq,
      count: seqs.length,
    }
  }

  async *canonicalFrom(fromSeq: number): AsyncIterable<readonly string[]> {
    const texts = this.rows.slice(fromSeq).map((row) => row.canonical)
    for (let start = 0; start < texts.length; start += 100) yield texts.slice(start, start + 100)
  }

  async *namesFrom(fromSeq: number): AsyncIterable<readonly StoredName[]> {
    yield this.rows.slice(fromSeq).map(({ event, request }, index) => ({
      tenant: event.tenant,
      sourceKind: event.source.kind,
      sourceName: event.source.name,
      eventId: event.source.eventId ?? '',
      seq: fromSeq + index,
      receivedMicros: parseTimestamp(event.received) ?? 0,
      request,
    }))
  }

  async saveTileHashes(hashes: readonly TileHash[]): Promise<void> {
    for (const tile of hashes) this.tiles.set(`${tile.level}/${tile.index}`, tile)
  }

  async loadTileHashes(level: number, fromIndex: number): Promise<readonly TileHash[]> {
    return [...this.tiles.values()]
      .filter((tile) => tile.level === level && tile.index >= fromIndex)
      .sort((left, right) => left.index - right.index)
  }

  async saveTreeHead(head: TreeHead): Promise<void> {
    this.head = head
  }

  async loadTreeHead(): Promise<TreeHead | undefined> {
    return this.head
  }
}

function isNamed(event: Event, name: NamedLookup): boolean {
  return (
    event.tenant === name.tenant &&
    event.source.kind === name.sourceKind &&
    event.source.name === name.sourceName &&
    event.source.eventId === name.eventId
  )
}

function keyOf(request: string): string | undefined {
  return request === '' ? undefined : request.slice(REQUEST_NAME_KEY_OFFSET)
}
