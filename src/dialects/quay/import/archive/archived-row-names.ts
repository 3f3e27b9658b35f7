import { createHash } from 'node:crypto'
import { dropOldest } from '../../../../core/drop-oldest.ts'
import { canonicalJson } from '../../../../core/event/canonical-json.ts'
import type { ArchiveFile } from './archive-file.ts'
import type { RowContent } from './archive-row.ts'

/** Contents of a file that are remembered, to tell equal rows apart. */
const CONTENTS_KEPT_MAX = 1_000_000
/** Hexadecimal digits of a content's hash. */
const HASH_LENGTH = 32

/**
 * Names the rows of one archive, which have no ids: from the file's first id, their content and,
 * for equal rows, the number of earlier ones. If a file is archived again, with more rows and in
 * any order, the same row gets the same name.
 */
export class ArchivedRowNames {
  readonly #prefix: string
  readonly #occurrences = new Map<string, number>()

  constructor({ name, holds }: ArchiveFile) {
    this.#prefix = holds === undefined ? `archive:${name}` : `${holds.table}:${holds.firstId}`
  }

  /** The name of the next row, from its content or, when unreadable, from its text. */
  nextOf(row: RowContent | string): string {
    const content = typeof row === 'string' ? row : canonicalJson({ ...row })
    const hash = createHash('sha256').update(content).digest('hex').slice(0, HASH_LENGTH)
    const occurrence = this.#occurrences.get(hash) ?? 0
    this.#occurrences.set(hash, occurrence + 1)
    // Equal rows have equal times, so they are close together.
    dropOldest(this.#occurrences, CONTENTS_KEPT_MAX)
    return `${this.#prefix}+${hash}/${occurrence}`
  }
}
