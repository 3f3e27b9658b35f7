import { createHash } from 'node:crypto'

/**
 * The ledger's hashes, worked out anew from the two specifications and sharing no code with the
 * program, so that a mistake would have to be made twice to stay unseen.
 */

/** RFC 8785: no blanks, keys in order of UTF-16 units, ECMAScript's numbers and strings. */
function referenceCanonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(referenceCanonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${referenceCanonicalJson(member)}`)
  return `{${members.join(',')}}`
}

/** The leaf of an event: SHA-256(0x00 ‖ canonical JSON). */
export function referenceLeaf(event: unknown): Buffer {
  return sha256(Buffer.of(0), Buffer.from(referenceCanonicalJson(event)))
}

/** RFC 9162 section 2.1.1, the Merkle tree hash of leaves that are hashed already. */
export function referenceRoot(leaves: readonly Buffer[]): Buffer {
  const [first] = leaves
  if (first === undefined) return sha256()
  if (leaves.length === 1) return first
  let split = 1
  while (split * 2 < leaves.length) split *= 2
  const left = referenceRoot(leaves.slice(0, split))
  return sha256(Buffer.of(1), left, referenceRoot(leaves.slice(split)))
}

function sha256(...parts: readonly Buffer[]): Buffer {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}
