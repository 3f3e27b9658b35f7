import { fromBase64 } from './bytes.ts'
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts'
import { HASH_BYTES } from './merkle-proof.ts'

const MAGIC = 'c2sp.org/tlog-proof@v1'
/** A tree of 2^63 leaves has no longer path. */
const HASHES_MAX = 63

/** The proof that one event is in the ledger (C2SP tlog-proof). */
export interface EventProof {
  readonly index: number
  /** From the leaf to the root. */
  readonly hashes: readonly Uint8Array[]
  readonly checkpoint: Checkpoint
}

/** @throws Error for a text that is not such a proof. */
export function parseEventProof(text: string): EventProof {
  const split = text.indexOf('\n\n')
  const [magic, ...lines] = text.slice(0, Math.max(split, 0)).split('\n')
  if (magic !== MAGIC) throw new Error(`the proof does not begin with ${MAGIC}`)
  if (lines[0]?.startsWith('extra ')) lines.shift()
  const digits = /^index (0|[1-9]\d*)$/.exec(lines.shift() ?? '')?.[1] ?? ''
  const index = Number(digits)
  if (digits === '' || !Number.isSafeInteger(index)) throw new Error('the proof names no index')
  if (lines.length > HASHES_MAX) throw new Error('the proof is too long')
  const hashes = lines.map((line) => {
    const hash = fromBase64(line)
    if (hash?.length !== HASH_BYTES) throw new Error('a line of the proof is not a hash')
    return hash
  })
  return { index, hashes, checkpoint: parseCheckpoint(text.slice(split + 2)) }
}
