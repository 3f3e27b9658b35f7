import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { addFigures } from './figures.ts'
import { EVERY_ROW_EVENTS_MAX, SKIPPED_REASON, withGrowth } from './growth.ts'
import { describeMachine } from './machine.ts'
import { type Options, readOptions, USAGE } from './options.ts'
import { VICTORIA_NOTES } from './peers/victoria-logs.ts'
import { type Report, terminalTable, writeMarkdown } from './report.ts'
import type { Measurement, Row } from './row.ts'
import { checkpointsRow } from './rows/proof/checkpoints.ts'
import { verifyRow } from './rows/proof/verify.ts'
import { aggregateRow } from './rows/read/aggregate.ts'
import { exportRow } from './rows/read/export.ts'
import { listRow } from './rows/read/list.ts'
import { readersRow } from './rows/read/readers.ts'
import { searchRow } from './rows/read/search.ts'
import { serverStoreRow } from './rows/read/server-store.ts'
import { tokenUseRow } from './rows/read/token-use.ts'
import { diskRow } from './rows/rest/disk.ts'
import { startRow } from './rows/rest/start.ts'
import { ingestRow } from './rows/write/ingest.ts'
import { refusedRow } from './rows/write/refused.ts'
import { singleRow } from './rows/write/single.ts'
import { togetherRow } from './rows/write/together.ts'
import { Workbench } from './workbench.ts'

/** What shells make of an end by SIGINT. */
const EXIT_INTERRUPTED = 130

const ROWS: readonly Row[] = [
  ingestRow,
  singleRow,
  checkpointsRow,
  refusedRow,
  tokenUseRow,
  listRow,
  aggregateRow,
  searchRow,
  readersRow,
  togetherRow,
  serverStoreRow,
  exportRow,
  verifyRow,
  diskRow,
  startRow,
]

/** Measures what the command line asks for; the table goes to standard output. */
async function main(args: readonly string[]): Promise<void> {
  const options = readOptions(args)
  if (options === undefined) {
    console.log(USAGE)
    return
  }
  const startedMs = performance.now()
  const log = (text: string) => {
    console.error(`${((performance.now() - startedMs) / 1000).toFixed(0).padStart(5)} s  ${text}`)
  }
  const bench = await Workbench.open({ ...options, log })
  const stop = () => {
    void bench.close().finally(() => process.exit(EXIT_INTERRUPTED))
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  try {
    if (options.sizes.some((events) => events > EVERY_ROW_EVENTS_MAX)) log(SKIPPED_REASON)
    const measurements = withGrowth(await measureAll(bench, options))
    // The signal's handler has the last word.
    if (bench.isClosed) return
    const report: Report = {
      machine: describeMachine(),
      command: commandOf(options),
      day: new Date().toISOString().slice(0, 10),
      measurements,
      notes: VICTORIA_NOTES,
    }
    console.log(`${report.machine.text}\n\n${terminalTable(report)}`)
    if (options.jsonFile !== undefined) {
      await writeFile(options.jsonFile, `${JSON.stringify(report, undefined, 2)}\n`)
    }
    if (options.markdownFile !== undefined) await writeMarkdown(options.markdownFile, report)
  } finally {
    if (!bench.isClosed) await bench.close()
  }
}

/** What makes the same figures again, wherever the data lies and in however many runs. */
function commandOf({ sizes, seed }: Options): string {
  return `npm run bench -- --events ${sizes.join(',')} --seed ${seed}`
}

/** What is run, in order: what no size matters to, then each size with all of its rows. */
function tasks({ rows, sizes }: Options): readonly Task[] {
  const chosen = ROWS.filter(({ name }) => rows.includes(name))
  const perSize = chosen.filter(({ isPerSize }) => isPerSize)
  return [
    ...chosen.filter(({ isPerSize }) => !isPerSize).map((row) => ({ row, events: 0 })),
    ...sizes.flatMap((events) =>
      perSize
        .filter(({ isForAnySize }) => isForAnySize || events <= EVERY_ROW_EVENTS_MAX)
        .map((row) => ({ row, events })),
    ),
  ]
}

interface Task {
  readonly row: Row
  readonly events: number
}

/** A row that fails is told and left out, so that it does not take the others' figures with it. */
async function measureAll(bench: Workbench, options: Options): Promise<readonly Measurement[]> {
  const file = join(bench.directory, 'figures.json')
  let measurements = await addFigures(file, [])
  for (const { row, events } of tasks(options)) {
    if (bench.isClosed) break
    bench.log(`${row.name}${events > 0 ? ` with ${events} events` : ''}`)
    try {
      measurements = await addFigures(file, await row.measure(bench, events))
    } catch (error) {
      if (bench.isClosed) break
      process.exitCode = 1
      bench.log(`${row.name} failed: ${error instanceof Error ? error.stack : error}`)
    }
  }
  return measurements
}

await main(process.argv.slice(2))
