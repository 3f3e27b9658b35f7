import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { atMost, format, type Row } from '../../row.ts'

const BYTES_MAX = 60
const MEGABYTE = 1_000_000

/**
 * Disk after merges: the whole data directory, less the parts that merges have replaced and the
 * engine deletes some minutes later, and the tables alone.
 */
export const diskRow: Row = {
  name: 'disk',
  isPerSize: true,
  async measure(bench, events) {
    await bench.ensureLoaded(events)
    await bench.stopServer()
    const directory = bench.ledgerDirectory(events)
    const { tables = [], replacedBytes = 0 } = await bench
      .rawEngine()
      .ask({ task: 'settle', directory })
    for (const { table, rows, bytes, parts } of tables) {
      bench.log(
        `${table}: ${rows} rows in ${parts} parts, ${format(bytes / events)} bytes an event`,
      )
    }
    for (const name of await readdir(directory)) {
      const bytes = await bytesBelow(join(directory, name))
      bench.log(`${name}: ${format(bytes / MEGABYTE)} MB, replaced parts included`)
    }
    const whole = ((await bytesBelow(directory)) - replacedBytes) / events
    const inTables = tables.reduce((sum, { bytes }) => sum + bytes, 0) / events
    const quay = await bench.quayDatabase(events)
    const quayBytes = quay === undefined ? undefined : (await quay.bytes()) / events
    return [
      {
        name: 'disk, tree and indexes included',
        events,
        figure: `${format(whole)} bytes an event (tables alone ${format(inTables)})`,
        ...(quayBytes === undefined
          ? {}
          : {
              baseline: `Quay's table and indexes ${format(quayBytes)} bytes`,
              ratio: whole / quayBytes,
            }),
        goals: [atMost('', whole, BYTES_MAX, ' bytes')],
        values: { bytesAnEvent: whole, tableBytesAnEvent: inTables },
      },
    ]
  },
}

async function bytesBelow(path: string): Promise<number> {
  const self = await stat(path)
  if (self.isFile()) return self.size
  let bytes = 0
  for (const entry of await readdir(path, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size
  }
  return bytes
}
