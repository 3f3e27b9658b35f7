import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ingest } from '../../client/ingest-load.ts'
import type { RowFormat } from '../../peers/raw-engine-process.ts'
import { processorSeconds, residentMemory } from '../../process-usage.ts'
import { atLeast, atMost, format, type Measurement, type Row } from '../../row.ts'
import type { Workbench } from '../../workbench.ts'

const RATIO_MIN = 0.6
const EVENTS_PER_SECOND_MIN = 100_000
const PEAK_MEGABYTES_MAX = 1000
const MEGABYTE = 1_000_000
const MICROS_PER_SECOND = 1_000_000

/** Numbers of connections that are tried; the best one is used. */
const CONNECTIONS_TRIED = [8, 16] as const
/** Events of a trial, unless the ledger itself is smaller. */
const TRIAL_EVENTS = 200_000
/** Up to this size both sides run twice, the second time in the other order. */
const TWO_ROUNDS_EVENTS_MAX = 2_000_000

const FORMATS: readonly RowFormat[] = ['JSONCompactEachRow', 'RowBinary']

/**
 * Durable ingest over HTTP beside the raw engine's insert of the very same rows, made beforehand:
 * the same table and fsync settings, in a process of its own.
 *
 * The baseline is rows as text, which is what the engine's binding takes; beside it, for whoever
 * would ask, the binary rows that Waybill writes.
 */
export const ingestRow: Row = {
  name: 'ingest',
  isPerSize: true,
  async measure(bench, events) {
    const connections = await bestConnections(bench, Math.min(events, TRIAL_EVENTS))
    await bench.eventBatches(events)
    for (const format of FORMATS) await bench.encodedRows(events, format)
    const waybill: number[] = []
    const text: number[] = []
    const binary: number[] = []
    let peak = 0
    const sides = [
      async () => {
        const round = await ingestOnce(bench, events, connections)
        waybill.push(round.eventsPerSecond)
        peak = Math.max(peak, round.peakBytes)
      },
      async () => {
        text.push(await insertOnce(bench, events, 'JSONCompactEachRow'))
      },
      async () => {
        binary.push(await insertOnce(bench, events, 'RowBinary'))
      },
    ]
    const order = events <= TWO_ROUNDS_EVENTS_MAX ? [...sides, ...sides.toReversed()] : sides
    for (const side of order) await side()
    const figures = {
      waybill: overall(waybill),
      raw: overall(text),
      rawBinary: overall(binary),
      connections,
      peak,
    }
    return [speed(events, figures), memory(events, figures)]
  },
}

interface Figures {
  /** Events per second. */
  readonly waybill: number
  /** Rows per second, as text. */
  readonly raw: number
  /** Rows per second in the form that Waybill writes. */
  readonly rawBinary: number
  readonly connections: number
  /** Bytes resident. */
  readonly peak: number
}

function speed(events: number, figures: Figures): Measurement {
  const { waybill, raw, rawBinary, connections } = figures
  return {
    name: 'durable ingest over HTTP, NDJSON batches of 1 000',
    events,
    figure: `${format(waybill)} events/s over ${connections} connections`,
    baseline: `raw engine ${format(raw)} rows/s (as RowBinary ${format(rawBinary)})`,
    ratio: waybill / raw,
    goals: [
      atLeast('ratio', waybill / raw, RATIO_MIN),
      atLeast('', waybill, EVENTS_PER_SECOND_MIN, ' events/s'),
    ],
    values: {
      eventsPerSecond: waybill,
      rawRowsPerSecond: raw,
      rawBinaryRowsPerSecond: rawBinary,
      connections,
    },
  }
}

function memory(events: number, { peak }: Figures): Measurement {
  const megabytes = peak / MEGABYTE
  return {
    name: 'resident memory at its peak under full ingest',
    events,
    figure: `${format(megabytes)} MB`,
    goals: [atMost('', megabytes, PEAK_MEGABYTES_MAX, ' MB')],
    values: { peakMegabytes: megabytes },
  }
}

/** The rate over several rounds of equal size: all events through all the time. */
function overall(rates: readonly number[]): number {
  return rates.length / rates.reduce((sum, rate) => sum + 1 / rate, 0)
}

async function bestConnections(bench: Workbench, events: number): Promise<number> {
  let best = { connections: 0, eventsPerSecond: 0 }
  for (const connections of CONNECTIONS_TRIED) {
    const { eventsPerSecond } = await ingestOnce(bench, events, connections)
    if (eventsPerSecond > best.eventsPerSecond) best = { connections, eventsPerSecond }
  }
  return best.connections
}

async function ingestOnce(bench: Workbench, events: number, connections: number) {
  const batches = await bench.eventBatches(events)
  const server = await bench.startEmpty(events)
  const before = await processorSeconds(server.pid)
  const { seconds } = await ingest({ server, batches, events, connections })
  const processorMicros = ((await processorSeconds(server.pid)) - before) * MICROS_PER_SECOND
  const { peak } = await residentMemory(server.pid)
  await bench.markLoaded(events)
  await bench.stopServer()
  const eventsPerSecond = events / seconds
  bench.log(
    `${events} events, ${connections} connections: ${format(eventsPerSecond)} events/s, ` +
      `${format(processorMicros / events)} µs of processor time each`,
  )
  return { eventsPerSecond, peakBytes: peak }
}

async function insertOnce(bench: Workbench, events: number, rowFormat: RowFormat): Promise<number> {
  const rows = await bench.encodedRows(events, rowFormat)
  const directory = join(bench.directory, 'raw-engine')
  await rm(directory, { recursive: true, force: true })
  const { ms } = await bench.rawEngine().ask({
    task: 'insert',
    rows,
    directory,
    format: rowFormat,
  })
  await rm(directory, { recursive: true, force: true })
  const rowsPerSecond = events / ((ms[0] ?? 0) / 1000)
  bench.log(`${events} rows into the raw engine, ${rowFormat}: ${format(rowsPerSecond)} rows/s`)
  return rowsPerSecond
}
