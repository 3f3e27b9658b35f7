import type { TileHash, TreeHead } from '../event-writer.ts'
import type { LeafRange } from '../proof/subtree-proof.ts'
import type { LeafRow, StoredLeaves } from '../tiles/stored-leaves.ts'
import type { UnsavedTiles } from '../tiles/tile-reader.ts'
import { differingLeaves } from '../tree/group-sums.ts'
import { GrowingTree, hashOver, leafHash } from '../tree/merkle-tree.ts'
import { HASH_BYTES, TILE_LEVEL_MAX, TILE_WIDTH } from '../tree/tile-shape.ts'
import { Findings, type LedgerFindings, type VerificationProgress } from './findings.ts'

/** Events whose rows are read at once: 256 groups of 256. */
const WINDOW_EVENTS = TILE_WIDTH * TILE_WIDTH
/** Windows whose hashes are made at once, if the store makes them. */
const WINDOWS_HASHED = 4

/** What a ledger is verified against. */
export interface VerifyLedgerOptions {
  readonly leaves: StoredLeaves
  readonly unsaved: UnsavedTiles
  /** The size and the root that were signed: what the events have to give. */
  readonly signed: TreeHead
  /** The leaves behind the last whole group of the signed size, if memory has them. */
  readonly lastLeaves?: Uint8Array | undefined
  /** Whether no process has the ledger open: hashes of the last groups may not be saved then. */
  readonly isAtRest?: boolean
}

/**
 * Reads every row of the ledger from the engine, recomputes all leaf hashes, tiles and the root,
 * and names what differs from what was saved and signed. Memory holds one window, and a few bytes
 * for each group of 256 events that differs.
 *
 * It yields its progress after each window, and continues on request: the caller sets the pace, and
 * may end it.
 *
 * @throws Fault `store.unavailable`.
 */
export async function* verifyLedger(
  options: VerifyLedgerOptions,
): AsyncGenerator<VerificationProgress, LedgerFindings> {
  const { leaves, signed } = options
  const verification = new Verification(options)
  for (const range of rangesOf({ start: 0, end: signed.size }, WINDOW_EVENTS * WINDOWS_HASHED)) {
    const [made, saved] = await Promise.all([
      leaves.groupHashes?.(range),
      savedTiles(options, 1, range),
    ])
    const readFrom = verification.takeMade(range, made ?? new Map(), saved)
    for (const window of rangesOf({ ...range, start: readFrom }, WINDOW_EVENTS)) {
      verification.take(window, await leaves.rows(window), saved)
      yield { events: window.end, of: signed.size }
    }
    yield { events: range.end, of: signed.size }
  }
  return await verification.conclude()
}

function* rangesOf({ start, end }: LeafRange, width: number): Iterable<LeafRange> {
  for (let at = start; at < end; at += width) yield { start: at, end: Math.min(end, at + width) }
}

/** A group whose rows do not give the hash that was saved of it. */
interface Difference {
  readonly group: number
  /** Seqs of its events that differ; undefined when they could not be located. */
  readonly seqs: readonly number[] | undefined
}

class Verification {
  readonly #options: VerifyLedgerOptions
  readonly #findings = new Findings()
  readonly #differences: Difference[] = []
  /** Over what the rows give, and over what was saved of it. */
  readonly #trees = { rows: new GrowingTree(), saved: new GrowingTree() }
  /** Complete hashes of level 2 and above, of each tree. */
  readonly #upper = { rows: [] as TileHash[], saved: [] as TileHash[] }

  /** Groups without a saved hash, and the last one with one. */
  readonly #unsavedGroups: number[] = []
  #savedGroup = -1

  constructor(options: VerifyLedgerOptions) {
    this.#options = options
  }

  /**
   * Takes the groups whose hash is the saved one, up to the first group that differs.
   * @returns the seq from which rows have to be read.
   */
  takeMade(
    { start, end }: LeafRange,
    made: ReadonlyMap<number, Buffer>,
    saved: ReadonlyMap<number, TileHash>,
  ): number {
    let at = start
    for (; at + TILE_WIDTH <= end; at += TILE_WIDTH) {
      const group = at / TILE_WIDTH
      const hash = made.get(group)
      const tile = saved.get(group)
      if (hash === undefined || tile === undefined || !hash.equals(tile.hash)) break
      this.#takeHashes(group, hash, tile)
    }
    return at
  }

  take(
    { start, end }: LeafRange,
    rows: readonly LeafRow[],
    saved: ReadonlyMap<number, TileHash>,
  ): void {
    const { leaves, named } = this.#readRows({ start, end }, rows)
    for (let at = start; at < end; at += TILE_WIDTH) {
      const from = (at - start) * HASH_BYTES
      const group = leaves.subarray(from, from + TILE_WIDTH * HASH_BYTES)
      if (group.length === TILE_WIDTH * HASH_BYTES) this.#takeGroup(at, group, { saved, named })
      else this.#takeLast(at, group, named)
    }
  }

  async conclude(): Promise<LedgerFindings> {
    const { signed } = this.#options
    const isOf = (tree: GrowingTree) => Buffer.compare(tree.root(), signed.rootHash) === 0
    for (const group of this.#unsavedGroups) {
      if (this.#options.isAtRest !== true || group < this.#savedGroup) this.#addTile(1, group)
    }
    const isSignedRoot = isOf(this.#trees.rows)
    const isSavedRoot = isOf(this.#trees.saved)
    for (const difference of this.#differences) {
      // Where the rows give the root that was signed, it is the saved hash that was changed.
      if (isSignedRoot) this.#addTile(1, difference.group)
      else this.#addAltered(difference)
    }
    if (isSignedRoot || isSavedRoot) {
      await this.#compareUpper(isSignedRoot ? this.#upper.rows : this.#upper.saved)
    } else if (this.#differences.length === 0 && this.#findings.count === 0) {
      // Events and the hashes that were saved of them were changed alike, or the last events, of
      // which no hash is saved.
      const unsaved = (this.#savedGroup + 1) * TILE_WIDTH
      const isLast = this.#options.lastLeaves === undefined && unsaved < signed.size
      const seq = isLast ? unsaved : 0
      this.#findings.add({ what: 'altered', seq, endSeq: signed.size })
    }
    return this.#findings.of(signed.size, isSignedRoot)
  }

  /** The leaf of each seq, and the seqs of rows that are wrong by themselves. */
  #readRows({ start, end }: LeafRange, rows: readonly LeafRow[]) {
    const leaves = Buffer.alloc((end - start) * HASH_BYTES)
    const named = new Set<number>()
    let at = 0
    for (let seq = start; seq < end; seq += 1) {
      const row = rows[at]?.seq === seq ? rows[at] : undefined
      leaves.set(row?.leaf ?? leafHash(''), (seq - start) * HASH_BYTES)
      if (row?.leaf === undefined) {
        named.add(seq)
        this.#findings.add({ what: row === undefined ? 'missing' : 'altered', seq })
      }
      for (let copies = 0; rows[at]?.seq === seq; at += 1, copies += 1) {
        if (copies > 0) this.#findings.add({ what: 'added', seq })
      }
    }
    return { leaves, named }
  }

  #takeGroup(
    start: number,
    leaves: Buffer,
    { saved, named }: { saved: ReadonlyMap<number, TileHash>; named: ReadonlySet<number> },
  ): void {
    const group = start / TILE_WIDTH
    const made = hashOver(leaves)
    const tile = saved.get(group)
    this.#takeHashes(group, made, tile)
    if (tile === undefined) return
    if (Buffer.compare(tile.hash, made) === 0) return
    const known = [...named].map((seq) => seq - start).filter((place) => isPlace(place))
    const places = differingLeaves(tile.sums ?? NO_SUMS, leaves, known)
    const seqs = places?.map((place) => start + place).filter((seq) => !named.has(seq))
    this.#differences.push({ group, seqs })
  }

  /** The hash over the rows of a group, and the one that was saved. */
  #takeHashes(group: number, made: Uint8Array, tile: TileHash | undefined): void {
    this.#upper.rows.push(...this.#trees.rows.appendTile(1, made))
    this.#upper.saved.push(...this.#trees.saved.appendTile(1, tile?.hash ?? made))
    if (tile === undefined) this.#unsavedGroups.push(group)
    else this.#savedGroup = group
  }

  /** The events behind the last whole group. */
  #takeLast(start: number, leaves: Buffer, named: ReadonlySet<number>): void {
    const known = this.#options.lastLeaves
    for (let at = 0; at < leaves.length; at += HASH_BYTES) {
      const seq = start + at / HASH_BYTES
      const leaf = leaves.subarray(at, at + HASH_BYTES)
      const was = known?.subarray(at, at + HASH_BYTES) ?? leaf
      this.#trees.rows.append(leaf)
      this.#trees.saved.append(was)
      if (Buffer.compare(leaf, was) === 0 || named.has(seq)) continue
      this.#findings.add({ what: 'altered', seq })
    }
  }

  #addTile(level: number, index: number): void {
    const seq = index * TILE_WIDTH ** level
    this.#findings.add({ what: 'tile', tile: `${level}/${index}`, seq })
  }

  #addAltered({ group, seqs }: Difference): void {
    for (const seq of seqs ?? []) this.#findings.add({ what: 'altered', seq })
    if (seqs !== undefined) return
    const seq = group * TILE_WIDTH
    this.#findings.add({ what: 'altered', seq, endSeq: seq + TILE_WIDTH })
  }

  async #compareUpper(made: readonly TileHash[]): Promise<void> {
    const { size } = this.#options.signed
    for (let level = 2; level <= TILE_LEVEL_MAX; level += 1) {
      const saved = await savedTiles(this.#options, level, { start: 0, end: size })
      for (const tile of made.filter((one) => one.level === level)) {
        const hash = saved.get(tile.index)?.hash
        const isSaved = hash !== undefined && Buffer.compare(hash, tile.hash) === 0
        const isLater = hash === undefined && this.#options.isAtRest === true
        if (!isSaved && !isLater) this.#addTile(level, tile.index)
      }
    }
  }
}

const NO_SUMS = Buffer.alloc(0)

function isPlace(place: number): boolean {
  return place >= 0 && place < TILE_WIDTH
}

async function savedTiles(
  { leaves, unsaved }: VerifyLedgerOptions,
  level: number,
  range: LeafRange,
): Promise<ReadonlyMap<number, TileHash>> {
  const width = TILE_WIDTH ** level
  const indexes = { start: Math.floor(range.start / width), end: Math.floor(range.end / width) }
  if (indexes.start >= indexes.end) return new Map()
  const stored = await leaves.tileHashes(level, indexes)
  return new Map([...stored, ...unsaved(level, indexes)].map((tile) => [tile.index, tile]))
}
