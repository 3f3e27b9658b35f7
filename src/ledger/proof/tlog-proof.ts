import { type Checkpoint, parseCheckpoint } from '../checkpoint/checkpoint.ts'
import { HASH_BYTES } from '../tree/tile-shape.ts'

const MAGIC = 'c2sp.org/tlog-proof@v1'
/** A tree of 2^63 leaves has no longer path. */
const HASHES_MAX = 63

/** A proof that one entry is in a log, in one file (C2SP tlog-proof). */
export interface TlogProof {
  readonly index: number
  /** From the leaf to the root. */
  readonly hashes: readonly Uint8Array[]
  readonly checkpoint: Checkpoint
}

/** The file `*.tlog-proof`. */
export function tlogProofText({
  index,
  hashes,
  checkpoint,
}: {
  readonly index: number
  readonly hashes: readonly Uint8Array[]
  readonly checkpoint: string
}): string {
  const lines = hashes.map((hash) => `${Buffer.from(hash).toString('base64')}\n`)
  return `${MAGIC}\nindex ${index}\n${lines.join('')}\n${checkpoint}`
}

/** @throws Error for a text that is not such a proof. */
export function parseTlogProof(text: string): TlogProof {
  const split = text.indexOf('\n\n')
  const [magic, ...lines] = text.slice(0, Math.max(split, 0)).split('\n')
  if (magic !== MAGIC) throw new Error(`the file does not begin with ${MAGIC}`)
  if (lines[0]?.startsWith('extra ')) lines.shift()
  const [, digits] = /^index (0|[1-9]\d*)$/.exec(lines.shift() ?? '') ?? []
  const index = Number(digits)
  if (!Number.isSafeInteger(index)) throw new Error('the proof names no index')
  if (lines.length > HASHES_MAX) throw new Error('the proof is too long')
  const hashes = lines.map((line) => {
    const hash = Buffer.from(line, 'base64')
    if (hash.length !== HASH_BYTES) throw new Error('a line of the proof is no hash')
    return hash
  })
  return { index, hashes, checkpoint: parseCheckpoint(text.slice(split + 2)) }
}
