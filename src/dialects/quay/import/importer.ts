import {
  ImportError,
  type Importer,
  type ImportRequest,
  type ImportRun,
  type ImportTotals,
} from '../../collecting/importer.ts'
import { importArchives } from './archive/archive-import.ts'
import { importDatabase } from './database/database-import.ts'
import { openDatabaseNames } from './database/database-names.ts'
import { findLogTables } from './database/log-tables.ts'
import { QuayDatabase } from './database/quay-database.ts'
import { EventFeed } from './event-feed.ts'
import { readPosition } from './import-position.ts'
import { readNamesFile } from './names-file.ts'
import { type NameSource, NO_NAMES } from './row-names.ts'

/**
 * Imports the log of a Quay from its database; if archives are given, from those, with the names
 * for their ids from the database or a file.
 *
 * @throws ImportError when there is nothing to read.
 */
export async function openQuayImporter(request: ImportRequest): Promise<Importer> {
  const { name, database, archives } = request
  if (database === undefined && archives.length === 0) {
    throw new ImportError('nothing to import: expected a database or archives')
  }
  if (database !== undefined && !isDatabaseUrl(database)) {
    throw new ImportError('expected a database URL such as postgres://user@host:5432/quay')
  }
  return { kind: 'quay', name, import: (run) => importQuay(request, run) }
}

async function importQuay(request: ImportRequest, run: ImportRun): Promise<ImportTotals> {
  const { database: url } = request
  const database =
    url === undefined
      ? undefined
      : await QuayDatabase.open({ url, signal: run.signal, warn: run.warn })
  try {
    // Reject a database that is not Quay's before querying it further.
    const tables = database === undefined ? [] : await findLogTables(database)
    const feed = new EventFeed(run)
    const names = await openNames(request, database, run)
    const saved = readPosition(await run.sink.position())
    if (request.archives.length > 0) {
      await importArchives({ request, names, feed, saved, warn: run.warn })
    } else if (database !== undefined) {
      await importDatabase({ request, database, tables, names, feed, saved })
    }
    return feed.totals
  } finally {
    await database?.close()
  }
}

async function openNames(
  { namesFile }: ImportRequest,
  database: QuayDatabase | undefined,
  run: ImportRun,
): Promise<NameSource> {
  if (namesFile !== undefined) return readNamesFile(namesFile)
  if (database !== undefined) return openDatabaseNames(database)
  run.warn('no names given: kinds, users and repositories remain numbers')
  return NO_NAMES
}

function isDatabaseUrl(text: string): boolean {
  const protocol = URL.canParse(text) ? new URL(text).protocol : ''
  return protocol === 'postgres:' || protocol === 'postgresql:'
}
