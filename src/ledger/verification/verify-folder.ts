import { createReadStream, existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { canonicalJson } from '../../core/event/canonical-json.ts'
import type { Event } from '../../core/event/event.ts'
import { duplicateKey } from '../../core/json/duplicate-keys.ts'
import type { Checkpoint } from '../checkpoint/checkpoint.ts'
import type { StoredLeaves } from '../tiles/stored-leaves.ts'
import { leafHash } from '../tree/merkle-tree.ts'
import { TILE_WIDTH } from '../tree/tile-shape.ts'
import { ExportedStatements } from './exported-statements.ts'
import { Findings, type LedgerFindings, type VerificationProgress } from './findings.ts'
import { folderLeaves } from './folder-leaves.ts'
import { GroupProofs } from './group-proofs.ts'
import { verifyLedger } from './verify-ledger.ts'

/** The events of an export with proofs, in its folder. */
export const EVENTS_FILE = 'events.ndjson'

/** How a folder is verified. */
export interface VerifyFolderOptions {
  /** The seq from which on an export has to have all events of its tenants. */
  readonly completeFrom?: number | undefined
}

/**
 * Verifies a folder with a checkpoint that is trusted: an export with proofs, of which each event
 * has to be in the signed tree, or a mirror, which has to be the whole signed tree. It needs no
 * server and no other file. Yields its progress.
 *
 * @throws Error for a file that is missing or cannot be read.
 */
export async function* verifyFolder(
  folder: string,
  checkpoint: Checkpoint,
  options: VerifyFolderOptions = {},
): AsyncGenerator<VerificationProgress, LedgerFindings> {
  const leaves = folderLeaves(folder, checkpoint.size)
  const events = join(folder, EVENTS_FILE)
  if (existsSync(events)) {
    const proofs = new GroupProofs(leaves, checkpoint)
    return yield* verifyExport(events, { proofs, checkpoint, ...options })
  }
  return yield* verifyMirror(folder, leaves, checkpoint)
}

/** Each group of 256 is proven once; then each event is compared with its leaf there. */
async function* verifyExport(
  file: string,
  { proofs, checkpoint, completeFrom }: ExportOptions,
): AsyncGenerator<VerificationProgress, LedgerFindings> {
  const findings = new Findings()
  const statements = new ExportedStatements()
  const seen = new Set<number>()
  const unproven = new Set<string>()
  let events = 0
  for await (const line of createInterface({ input: createReadStream(file) })) {
    if (line === '') continue
    const { event, seq, leaf } = lineOf(line, events)
    const isInside = seq >= 0 && seq < checkpoint.size
    const proven = isInside ? await proofs.leaf(seq) : undefined
    if (isInside && proven === undefined) {
      const tiles = await proofs.unprovenTiles(seq)
      if (!unproven.has(tiles)) findings.add({ what: 'unproven', seq, tiles })
      unproven.add(tiles)
    } else if (proven?.equals(leaf) !== true) findings.add({ what: 'altered', seq })
    else if (!seen.has(seq)) statements.add(event, seq)
    if (seen.has(seq)) findings.add({ what: 'added', seq })
    seen.add(seq)
    events += 1
    if (events % TILE_WIDTH === 0) yield { events }
  }
  const provenLeaf = async (seq: number) => (await proofs.leaf(seq)) ?? leafHash('')
  const coverage = await statements.compare(provenLeaf, completeFrom)
  for (const finding of coverage.findings) findings.add(finding)
  return { ...findings.of(events, findings.count === 0), notes: coverage.notes }
}

interface ExportOptions extends VerifyFolderOptions {
  readonly proofs: GroupProofs
  readonly checkpoint: Checkpoint
}

function lineOf(line: string, index: number): { event: Event; seq: number; leaf: Buffer } {
  const place = `line ${index + 1} of ${EVENTS_FILE}`
  const { seq, ...event } = parsed(line, place)
  if (!Number.isSafeInteger(seq)) throw new Error(`${place} has no seq`)
  return { event, seq, leaf: Buffer.from(leafHash(canonicalJson(event))) }
}

/** A member that is there twice would let another reader see what was not verified. */
function parsed(line: string, place: string) {
  const value = jsonValue(line, place)
  const key = duplicateKey(line, value)
  if (key !== undefined) throw new Error(`${place} has the member ${JSON.stringify(key)} twice`)
  return value
}

function jsonValue(line: string, place: string) {
  try {
    return JSON.parse(line)
  } catch (error) {
    throw new Error(`${place} is not JSON`, { cause: error })
  }
}

/** The entries have to give the leaf hashes, and those every hash above them and the root. */
async function* verifyMirror(
  folder: string,
  leaves: StoredLeaves,
  checkpoint: Checkpoint,
): AsyncGenerator<VerificationProgress, LedgerFindings> {
  const hasEntries = existsSync(join(folder, 'tile', 'entries'))
  return yield* verifyLedger({
    leaves: hasEntries ? { ...leaves, rows: (range) => rowsOfEntries(leaves, range) } : leaves,
    unsaved: () => [],
    signed: checkpoint,
  })
}

/** A row for each entry; one whose leaf is not the one in the tile is altered. */
async function rowsOfEntries(leaves: StoredLeaves, range: { start: number; end: number }) {
  const rows = await leaves.rows(range)
  const bySeq = new Map(rows.map((row) => [row.seq, row]))
  const found: { seq: number; leaf: Buffer | undefined }[] = []
  for (let start = range.start; start < range.end; start += TILE_WIDTH) {
    const end = Math.min(range.end, start + TILE_WIDTH)
    for (const [place, entry] of (await leaves.entries({ start, end })).entries()) {
      const seq = start + place
      const leaf = Buffer.from(leafHash(entry))
      found.push({ seq, leaf: bySeq.get(seq)?.leaf?.equals(leaf) === true ? leaf : undefined })
    }
  }
  return found
}
