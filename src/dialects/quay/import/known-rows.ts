import type { ArchiveFile } from './archive/archive-file.ts'
import { readArchivedRow } from './archive/archive-row.ts'
import { ArchiveDamage, readArchive } from './archive/archive-rows.ts'
import type { ImportPosition } from './import-position.ts'
import { readRowTime } from './row-time.ts'

/** Whether a row of an archive, given by position and time, was imported from the database. */
export type KnownRows = (index: number, micros: number | undefined) => boolean

const NONE: KnownRows = () => false

/**
 * Finds which rows of an archive were imported from the database before Quay moved them there, from
 * the first and last id in the name of the file and the read ids in the saved position.
 *
 * If both overlap in part, the ids of single rows are needed. They are known when the file has a
 * row for each id and its times never decrease, as Quay writes it unless rows are missing.
 * Otherwise all rows are imported, because a duplicate is better than a loss, and `warn` reports
 * it.
 */
export async function findKnownRows(
  file: ArchiveFile,
  saved: ImportPosition,
  warn: (message: string) => void,
): Promise<KnownRows> {
  const { holds } = file
  const read = holds === undefined ? undefined : saved.tables.get(holds.table)
  if (holds === undefined || read === undefined) return NONE
  if (holds.lastId < read.firstId || holds.firstId > read.lastId) return NONE
  const isTimeRead = timeTest(saved)
  if (holds.firstId >= read.firstId && holds.lastId <= read.lastId) {
    return (_index, micros) => isTimeRead(micros)
  }
  if (!(await hasRowForEachId(file, holds.lastId - holds.firstId + 1))) {
    warn(
      `${file.name}: some of its rows were imported from the database, but the file does not ` +
        'show which; they may be stored twice',
    )
    return NONE
  }
  return (index, micros) => {
    const id = holds.firstId + index
    return id >= read.firstId && id <= read.lastId && isTimeRead(micros)
  }
}

/** Whether a row of this time was in the range that was imported from the database. */
function timeTest({ fromMicros, toMicros }: ImportPosition) {
  return (micros: number | undefined): boolean => {
    if (micros === undefined) return fromMicros === null && toMicros === null
    return micros >= (fromMicros ?? 0) && micros < (toMicros ?? Number.POSITIVE_INFINITY)
  }
}

async function hasRowForEachId(file: ArchiveFile, count: number): Promise<boolean> {
  let rows = 0
  let lastMicros = 0
  try {
    for await (const { text } of readArchive(file)) {
      const micros = readRowTime(readArchivedRow(text)?.content.datetime ?? '')
      if (micros === undefined || micros < lastMicros) return false
      lastMicros = micros
      rows += 1
    }
  } catch (error) {
    if (error instanceof ArchiveDamage) return false
    throw error
  }
  return rows === count
}
