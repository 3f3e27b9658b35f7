import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type IngestTarget, ingest, waybillIntake } from '../../client/ingest-load.ts'
import { getJson } from '../../client/sequential.ts'
import type { RowFormat } from '../../peers/raw-engine-process.ts'
import { NOT_ON_PATH, VICTORIA_LOGS, victoriaName } from '../../peers/victoria-logs.ts'
import { residentMemory, threadSeconds, untilQuiet } from '../../process-usage.ts'
import { atLeastPeer, atMost, format, type Measurement, type Row } from '../../row.ts'
import type { Workbench } from '../../workbench.ts'

const VICTORIA_RATIO_MIN = 0.5
const PROCESSOR_MICROS_MAX = 18
const MEGABYTE = 1_000_000
const MICROS_PER_SECOND = 1_000_000
/** Waybill's own events, such as the use of the token, are of other categories. */
const COUNT_PATH = '/v1/events/count?category=image'

/** Numbers of connections that are tried; the best one is used. */
const CONNECTIONS_TRIED = [8, 16] as const
/** Events of a trial, unless the ledger itself is smaller. */
const TRIAL_EVENTS = 200_000
/** Up to this size every side runs twice, the second time in the other order. */
const TWO_ROUNDS_EVENTS_MAX = 2_000_000

const FORMATS: readonly RowFormat[] = ['JSONCompactEachRow', 'RowBinary']

/**
 * Durable ingest over HTTP next to VictoriaLogs with the same requests, and to the raw engine's
 * insert of the very same rows, made beforehand: the same table and fsync settings, in a process of
 * its own. Those rows are text, which is what the engine's binding takes, and the binary rows that
 * Waybill writes.
 */
export const ingestRow: Row = {
  name: 'ingest',
  isPerSize: true,
  async measure(bench, events) {
    const connections = await bestConnections(bench, Math.min(events, TRIAL_EVENTS))
    await bench.eventBatches(events)
    for (const format of FORMATS) await bench.encodedRows(events, format)
    const waybill: Round[] = []
    const victoria: Round[] = []
    const text: number[] = []
    const binary: number[] = []
    const sides = [
      async () => {
        waybill.push(await waybillOnce(bench, events, connections))
      },
      async () => {
        const round = await victoriaOnce(bench, events, connections)
        if (round !== undefined) victoria.push(round)
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
    const figures: Figures = {
      connections,
      waybill: overallRound(waybill),
      victoria: victoria.length === 0 ? undefined : overallRound(victoria),
      raw: overall(text),
      rawBinary: overall(binary),
    }
    return [speed(events, figures), processorTime(events, figures), memory(events, figures)]
  },
}

/** One load of all events. */
interface Round {
  /** From the first request until all events are counted. */
  readonly eventsPerSecond: number
  /** Processor time of an event in microseconds, merges included. */
  readonly mainMicros: number
  readonly otherMicros: number
  /** The most bytes that were resident. */
  readonly peakBytes: number
}

interface Figures {
  readonly connections: number
  readonly waybill: Round
  readonly victoria: Round | undefined
  /** Rows per second, as text. */
  readonly raw: number
  /** Rows per second in the form that Waybill writes. */
  readonly rawBinary: number
}

function speed(events: number, figures: Figures): Measurement {
  const { waybill, victoria, raw, rawBinary, connections } = figures
  const rate = waybill.eventsPerSecond
  const victoriaRate = victoria?.eventsPerSecond
  return {
    name: 'durable ingest over HTTP, NDJSON batches of 1 000, until all are counted',
    events,
    figure: `${format(rate)} events/s over ${connections} connections`,
    baselines: [
      victoriaRate === undefined
        ? { text: NOT_ON_PATH }
        : {
            text: `${victoriaName('writing')} ${format(victoriaRate)} events/s`,
            ratio: rate / victoriaRate,
          },
      {
        text: `raw engine ${format(raw)} rows/s, as RowBinary ${format(rawBinary)}`,
        ratio: rate / raw,
      },
    ],
    goals: [
      atLeastPeer('', rate, VICTORIA_RATIO_MIN, { peer: VICTORIA_LOGS, value: victoriaRate }),
    ],
    values: {
      eventsPerSecond: rate,
      rawRowsPerSecond: raw,
      rawBinaryRowsPerSecond: rawBinary,
      connections,
      ...(victoriaRate !== undefined && { victoriaEventsPerSecond: victoriaRate }),
    },
  }
}

function processorTime(events: number, { waybill, victoria }: Figures): Measurement {
  const micros = microsOf(waybill)
  return {
    name: 'processor time of ingest in batches, until merges rest',
    events,
    figure:
      `${format(micros)} µs an event: main thread ${format(waybill.mainMicros)}, ` +
      `other threads ${format(waybill.otherMicros)}`,
    baselines: [
      victoria === undefined
        ? { text: NOT_ON_PATH }
        : {
            text: `${victoriaName('writing')} ${format(microsOf(victoria))} µs`,
            ratio: micros / microsOf(victoria),
          },
    ],
    goals: [atMost('', micros, PROCESSOR_MICROS_MAX, ' µs')],
    values: {
      mainMicros: waybill.mainMicros,
      otherMicros: waybill.otherMicros,
      ...(victoria !== undefined && { victoriaMicros: microsOf(victoria) }),
    },
  }
}

function memory(events: number, { waybill }: Figures): Measurement {
  const megabytes = waybill.peakBytes / MEGABYTE
  return {
    name: 'resident memory at its peak under full ingest',
    events,
    figure: `${format(megabytes)} MB`,
    baselines: [],
    goals: [],
    values: { peakMegabytes: megabytes },
  }
}

function microsOf({ mainMicros, otherMicros }: Round): number {
  return mainMicros + otherMicros
}

function overallRound(rounds: readonly Round[]): Round {
  const mean = (of: (round: Round) => number) =>
    rounds.reduce((sum, round) => sum + of(round), 0) / rounds.length
  return {
    eventsPerSecond: overall(rounds.map(({ eventsPerSecond }) => eventsPerSecond)),
    mainMicros: mean(({ mainMicros }) => mainMicros),
    otherMicros: mean(({ otherMicros }) => otherMicros),
    peakBytes: Math.max(...rounds.map(({ peakBytes }) => peakBytes)),
  }
}

/** The rate over several rounds of equal size: all events through all the time. */
function overall(rates: readonly number[]): number {
  return rates.length / rates.reduce((sum, rate) => sum + 1 / rate, 0)
}

async function bestConnections(bench: Workbench, events: number): Promise<number> {
  let best = { connections: 0, eventsPerSecond: 0 }
  for (const connections of CONNECTIONS_TRIED) {
    const { eventsPerSecond } = await waybillOnce(bench, events, connections)
    if (eventsPerSecond > best.eventsPerSecond) best = { connections, eventsPerSecond }
  }
  return best.connections
}

async function waybillOnce(bench: Workbench, events: number, connections: number) {
  await bench.eventBatches(events)
  const server = await bench.startEmpty(events)
  const round = await load(bench, {
    name: 'Waybill',
    events,
    connections,
    pid: server.pid,
    intake: waybillIntake(server),
    // A count waits for everything that was acknowledged before it.
    untilCounted: async () => {
      const answer = await getJson(server, COUNT_PATH)
      const count = typeof answer === 'object' && answer !== null && 'count' in answer
      if (!count || answer.count !== events) {
        throw new Error(`${JSON.stringify(answer)} counted, not ${events}`)
      }
    },
  })
  await bench.markLoaded(events)
  await bench.stopServer()
  return round
}

async function victoriaOnce(bench: Workbench, events: number, connections: number) {
  const peer = await bench.startEmptyVictoriaLogs(events)
  if (peer === undefined) return undefined
  const round = await load(bench, {
    name: VICTORIA_LOGS,
    events,
    connections,
    pid: peer.pid,
    intake: peer.intake,
    untilCounted: () => peer.untilCounted(events),
  })
  await bench.markVictoriaLogsLoaded(events)
  await bench.stopVictoriaLogs()
  return round
}

interface Side {
  readonly name: string
  readonly events: number
  readonly connections: number
  readonly pid: number
  readonly intake: IngestTarget
  untilCounted(): Promise<void>
}

async function load(bench: Workbench, side: Side): Promise<Round> {
  const { name, events, connections, pid, intake } = side
  const batches = await bench.openBatches(events)
  const before = await threadSeconds(pid)
  const startedMs = performance.now()
  const { seconds, refused } = await ingest(intake, { batches, events, connections })
  await side.untilCounted()
  const eventsPerSecond = events / ((performance.now() - startedMs) / 1000)
  await untilQuiet(pid)
  const after = await threadSeconds(pid)
  const perEvent = (from: number, to: number) => ((to - from) * MICROS_PER_SECOND) / events
  const round = {
    eventsPerSecond,
    mainMicros: perEvent(before.main, after.main),
    otherMicros: perEvent(before.others, after.others),
    peakBytes: (await residentMemory(pid)).peak,
  }
  bench.log(
    `${name}, ${events} events, ${connections} connections, ${refused} refusals: acknowledged ` +
      `${format(events / seconds)} events/s, counted ${format(eventsPerSecond)} events/s, ` +
      `${format(microsOf(round))} µs of processor time each`,
  )
  return round
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
