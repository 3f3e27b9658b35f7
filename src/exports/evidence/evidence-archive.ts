import { Fault } from '../../core/errors.ts'
import type { Condition } from '../../core/query/query.ts'
import type { Checkpoint } from '../../ledger/checkpoint/checkpoint.ts'
import type { LedgerCheckpoints } from '../../ledger/checkpoint/ledger-checkpoints.ts'
import { tilePath } from '../../ledger/tiles/tile-path.ts'
import { tilesAround } from '../../ledger/tiles/tiles-around.ts'
import { EVENTS_FILE } from '../../ledger/verification/verify-folder.ts'
import { EVIDENCE_CHECKPOINT_MS_MAX } from '../limits.ts'
import { EventSpool } from './event-spool.ts'
import { type ArchivedFile, smallFile, tarArchive } from './tar-archive.ts'

/** What an archive is made of and where. */
export interface EvidenceOptions {
  readonly checkpoints: LedgerCheckpoints
  /** Where events are kept until their proofs are there. */
  readonly directory: string
}

/** The events of one ledger: seqs of another one would be proven by the wrong tree. */
export function eventsOf(origin: string): Condition {
  return { not: { origin, fromSeq: Number.MAX_SAFE_INTEGER } }
}

/**
 * Events with what proves them, as a tar archive: a cut-out of the ledger in the layout of C2SP
 * tlog-tiles, which its clients can read from a folder. It is made in constant memory. Whatever
 * fails is the error of the archive, nearly always before its first byte.
 *
 * @param lines the events of one ledger as NDJSON with `seq`.
 * @throws Fault `store.unavailable` when no checkpoint comes that covers the events,
 * `store.damaged` for a missing hash, `request.too-large`.
 */
export async function* evidenceArchive(
  lines: AsyncIterable<Uint8Array>,
  { checkpoints, directory }: EvidenceOptions,
): AsyncGenerator<Uint8Array> {
  const spool = await EventSpool.open(directory)
  try {
    for await (const piece of lines) await spool.write(piece)
    yield* spooledArchive(spool, checkpoints)
  } finally {
    await spool.close()
  }
}

/** The archive of events that are spooled; the spool stays open. Throws as `evidenceArchive`. */
export async function* spooledArchive(
  spool: EventSpool,
  checkpoints: LedgerCheckpoints,
): AsyncGenerator<Uint8Array> {
  const checkpoint = await checkpointOver(spool.endSeq, checkpoints)
  if (checkpoint === undefined) {
    throw new Fault('store.unavailable', {
      detail: 'no checkpoint covers the events yet',
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    })
  }
  yield* tarArchive(filesOf(spool, checkpoint, checkpoints))
}

const RETRY_AFTER_SECONDS = 5

/** What witnesses cosigned proves more, where it covers the events. */
async function checkpointOver(
  size: number,
  { witnessed, covering }: LedgerCheckpoints,
): Promise<Checkpoint | undefined> {
  const cosigned = witnessed()
  if (cosigned !== undefined && cosigned.size >= size) return cosigned
  return await covering(size - 1, EVIDENCE_CHECKPOINT_MS_MAX)
}

async function* filesOf(
  spool: EventSpool,
  checkpoint: Checkpoint,
  { tiles, verifierKeys }: LedgerCheckpoints,
): AsyncGenerator<ArchivedFile> {
  yield smallFile('checkpoint', checkpoint.text)
  yield smallFile('policy', `log ${verifierKeys().at(-1)?.text}\nquorum none\n`)
  yield { name: EVENTS_FILE, bytes: spool.bytes, content: spool.content() }
  for (const name of tilesAround(spool.groups, checkpoint.size)) {
    const bytes = await tiles.read(name)
    if (bytes === undefined) {
      throw new Fault('store.damaged', {
        detail: `a hash of the tile ${tilePath(name)} is missing`,
      })
    }
    yield smallFile(`tile/${tilePath(name)}`, bytes)
  }
}
