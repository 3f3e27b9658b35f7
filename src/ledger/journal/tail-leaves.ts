import { placedRequests } from '../tail.ts'
import { leafHash } from '../tree/merkle-tree.ts'
import { groupOf } from './group.ts'
import { type ExpectedSegments, readJournal, segmentsFrom, usedSegments } from './read-journal.ts'
import { findSegments } from './segments.ts'

/**
 * The leaf hashes of the events that a journal has at or after a seq, ascending by seq. The files
 * are only read.
 *
 * @throws Error for a journal that is missing, damaged, of another ledger or of a newer format.
 */
export async function readTailLeaves(
  directory: string,
  expected: ExpectedSegments,
): Promise<ReadonlyMap<number, Uint8Array>> {
  const segments = usedSegments(await findSegments(directory), expected)
  if (segments.length === 0 && expected.fromSeq > 0) throw new Error(`${directory} has no journal`)
  const leaves = new Map<number, Uint8Array>()
  for await (const record of readJournal(segmentsFrom(segments, expected.fromSeq))) {
    const group = groupOf(record, expected.fromSeq)
    if (group === undefined) continue
    for (const { drafts, firstSeq } of placedRequests(group)) {
      for (const [place, { bytes, leafStart, leafEnd }] of drafts.entries()) {
        const seq = firstSeq + place
        if (seq < expected.fromSeq) continue
        leaves.set(seq, leafHash(bytes.toString('utf8', leafStart + 1, leafEnd)))
      }
    }
  }
  return leaves
}
