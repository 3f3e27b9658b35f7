import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { POSTGRESQL_NOT_INSTALLED } from '../../peers/quay-database.ts'
import { NOT_ON_PATH, victoriaName } from '../../peers/victoria-logs.ts'
import { atMost, type Baseline, format, type Row } from '../../row.ts'
import type { Workbench } from '../../workbench.ts'

const BYTES_MAX = 67
const MEGABYTE = 1_000_000

/**
 * Disk after merges: the whole data directory, less the parts that merges have replaced and the
 * engine deletes some minutes later, and the tables alone.
 */
export const diskRow: Row = {
  name: 'disk',
  isPerSize: true,
  isForAnySize: true,
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
    const victoriaBytes = await victoriaDisk(bench, events)
    return [
      {
        name: 'disk, tree and indexes included',
        events,
        figure: `${format(whole)} bytes an event (tables alone ${format(inTables)})`,
        baselines: bench.hasPeers(events) ? peers(whole, { quayBytes, victoriaBytes }) : [],
        goals: [atMost('', whole, BYTES_MAX, ' bytes')],
        values: {
          bytesAnEvent: whole,
          tableBytesAnEvent: inTables,
          ...(victoriaBytes !== undefined && { victoriaBytesAnEvent: victoriaBytes }),
        },
      },
    ]
  },
}

function peers(
  whole: number,
  peer: { readonly quayBytes: number | undefined; readonly victoriaBytes: number | undefined },
): readonly Baseline[] {
  const { quayBytes, victoriaBytes } = peer
  return [
    quayBytes === undefined
      ? { text: POSTGRESQL_NOT_INSTALLED }
      : {
          text: `Quay's table and indexes ${format(quayBytes)} bytes`,
          ratio: whole / quayBytes,
        },
    victoriaBytes === undefined
      ? { text: NOT_ON_PATH }
      : {
          text: `${victoriaName('disk')} ${format(victoriaBytes)} bytes`,
          ratio: whole / victoriaBytes,
        },
  ]
}

/** Bytes an event after it was merged and stopped. */
async function victoriaDisk(bench: Workbench, events: number): Promise<number | undefined> {
  if ((await bench.victoriaLogs(events)) === undefined) return undefined
  await bench.stopVictoriaLogs()
  return (await bytesBelow(bench.victoriaDirectory(events))) / events
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
