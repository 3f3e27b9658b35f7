import type { JournalRecord } from './read-journal.ts'
import { RECORD_KIND } from './record-format.ts'
import { type AcceptedRequest, readRequests } from './requests.ts'

/** Events that were accepted together. */
export interface JournalGroup {
  readonly firstSeq: number
  readonly count: number
  readonly requests: readonly AcceptedRequest[]
}

/** Events that an insert into the store is of. */
export interface InsertRange {
  readonly firstSeq: number
  readonly count: number
}

/** The group of a record; undefined when it holds none that reaches to `fromSeq`. */
export function groupOf(
  { kind, firstSeq, count, payload }: JournalRecord,
  fromSeq: number,
): JournalGroup | undefined {
  if (kind !== RECORD_KIND.events || firstSeq + count <= fromSeq) return undefined
  return { firstSeq, count, requests: readRequests(payload) }
}
