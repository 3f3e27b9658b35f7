import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeDurably } from '../../core/files.ts'
import { type EventWriter, REQUEST_NAME_KEY_OFFSET } from '../event-writer.ts'
import { GENERATION_NAMES_MAX, GENERATIONS_MAX } from '../limits.ts'
import { storedNameText } from './draft-names.ts'
import { DuplicateFilter, type Generation } from './duplicate-filter.ts'
import { FingerprintSet, fingerprintOf } from './fingerprint-set.ts'
import { requestKeyText } from './idempotency.ts'

/** Named for how fingerprints are made: one made otherwise would recognize nothing. */
const SNAPSHOT_FILE = 'duplicate-filter-2.bin'
const HEADER_BYTES = 4096
const SLOT_BYTES = Uint32Array.BYTES_PER_ELEMENT

/** The first `HEADER_BYTES` of a snapshot, as JSON padded with spaces; the slots follow. */
interface SnapshotHeader {
  readonly origin: string
  /** The names of all events below this seq are in the snapshot. */
  readonly size: number
  readonly complete: boolean
  readonly generations: readonly {
    readonly slots: number
    readonly count: number
    readonly startMicros: number
  }[]
}

/** Where a filter's snapshot is, and the ledger that it has to fit. */
export interface FilterRecoveryOptions {
  readonly directory: string
  readonly origin: string
  readonly writer: EventWriter
  /** Number of events in the ledger. */
  readonly size: number
}

/**
 * The duplicate filter after a start: what the last snapshot holds, and the names of the events
 * stored since. The snapshot is only a shortcut: without one, or with one that does not fit the
 * ledger, the filter is rebuilt from the events.
 */
export async function recoverFilter(options: FilterRecoveryOptions): Promise<DuplicateFilter> {
  const snapshot = await readSnapshot(options)
  const snapshotSize = snapshot?.header.size ?? 0
  // Older names would only be forgotten again: reading them would delay the start for nothing.
  const fromSeq = Math.max(snapshotSize, options.size - GENERATIONS_MAX * GENERATION_NAMES_MAX)
  const complete = fromSeq === snapshotSize && (snapshot?.header.complete ?? true)
  const filter = new DuplicateFilter(snapshot?.generations, complete)
  for await (const names of options.writer.namesFrom(fromSeq)) {
    for (const name of names) {
      if (name.eventId !== '') {
        filter.add(fingerprintOf(storedNameText(name)), name.receivedMicros)
      }
      if (name.request !== '') {
        const key = name.request.slice(REQUEST_NAME_KEY_OFFSET)
        const keyText = requestKeyText(name.tenant, key)
        filter.add(fingerprintOf(keyText), name.receivedMicros)
      }
    }
  }
  return filter
}

/** What a snapshot of the filter is of, and where it is kept. */
export interface SnapshotPlace {
  readonly directory: string
  readonly origin: string
  /** The names of all events below this seq are in the filter. */
  readonly size: number
}

/**
 * Writes the filter next to the ledger, under another name first. Names that are added meanwhile
 * may or may not be in it: their events are at or after `size`, so a restart adds them again.
 */
export async function saveFilter(filter: DuplicateFilter, place: SnapshotPlace): Promise<void> {
  const header: SnapshotHeader = {
    origin: place.origin,
    size: place.size,
    complete: filter.horizonMicros === undefined,
    generations: filter.generations.map(({ names, startMicros }) => ({
      slots: names.bytes.byteLength / SLOT_BYTES,
      count: names.count,
      startMicros,
    })),
  }
  await mkdir(place.directory, { recursive: true })
  await writeDurably(join(place.directory, SNAPSHOT_FILE), async (file) => {
    await file.writeFile(JSON.stringify(header).padEnd(HEADER_BYTES))
    for (const { names } of filter.generations) await file.writeFile(names.bytes)
  })
}

interface Snapshot {
  readonly header: SnapshotHeader
  readonly generations: readonly Generation[]
}

/** The last snapshot; undefined when there is none or it is not of this ledger. */
async function readSnapshot(options: FilterRecoveryOptions): Promise<Snapshot | undefined> {
  const bytes = await readFile(join(options.directory, SNAPSHOT_FILE)).catch(() => undefined)
  if (bytes === undefined || bytes.length < HEADER_BYTES) return undefined
  const header = readHeader(bytes.subarray(0, HEADER_BYTES).toString())
  if (header === undefined) return undefined
  if (header.origin !== options.origin || header.size > options.size) return undefined
  const generations: Generation[] = []
  let offset = HEADER_BYTES
  for (const { slots, count, startMicros } of header.generations) {
    const end = offset + slots * SLOT_BYTES
    if (end > bytes.length) return undefined
    // A copy: the file's buffer need not be aligned for 32-bit access, nor outlive its generation.
    const copy = new Uint32Array(slots)
    new Uint8Array(copy.buffer).set(bytes.subarray(offset, end))
    generations.push({ names: new FingerprintSet(copy, count), startMicros })
    offset = end
  }
  return { header, generations }
}

/** Waybill alone writes the file; what does not read as JSON is a damaged one. */
function readHeader(text: string): SnapshotHeader | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
