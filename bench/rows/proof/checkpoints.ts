import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ingest, waybillIntake } from '../../client/ingest-load.ts'
import { median } from '../../client/percentiles.ts'
import { processorSeconds, untilQuiet } from '../../process-usage.ts'
import { atLeast, format, type Row } from '../../row.ts'
import { startServer } from '../../server.ts'
import type { Workbench } from '../../workbench.ts'

const RATIO_MIN = 0.95
const EVENTS = 300_000
const CONNECTIONS = 8
/** Loads of each side, in alternating order, after one of each that is not counted. */
const TURNS = 5
const MICROS_PER_SECOND = 1_000_000

/** `waybill serve` options of each side: a checkpoint a second, or one at the start and no more. */
const SIDES = {
  signed: ['--ledger-checkpoint-seconds', '1'],
  unsigned: ['--ledger-checkpoint-seconds', '3600'],
} as const
type Side = keyof typeof SIDES

/** What signing a checkpoint each second costs the intake. */
export const checkpointsRow: Row = {
  name: 'checkpoints',
  isPerSize: false,
  async measure(bench) {
    const loads: Record<Side, Load[]> = { signed: [], unsigned: [] }
    for (let turn = 0; turn <= TURNS; turn += 1) {
      const sides: readonly Side[] = ['signed', 'unsigned']
      for (const side of turn % 2 === 0 ? sides : sides.toReversed()) {
        const load = await loadOnce(bench, side)
        if (turn > 0) loads[side].push(load)
      }
    }
    const rate = (side: Side) => median(loads[side].map(({ eventsPerSecond }) => eventsPerSecond))
    const micros = (side: Side) => median(loads[side].map(({ microsAnEvent }) => microsAnEvent))
    const ratio = rate('signed') / rate('unsigned')
    return [
      {
        name: 'ingest with a checkpoint each second, batches of 1 000',
        figure: `${format(rate('signed'))} events/s, ${format(micros('signed'))} µs an event`,
        baselines: [
          {
            text:
              `without checkpoints ${format(rate('unsigned'))} events/s, ` +
              `${format(micros('unsigned'))} µs`,
            ratio,
          },
        ],
        goals: [atLeast('ratio', ratio, RATIO_MIN)],
        values: {
          eventsPerSecond: rate('signed'),
          unsignedEventsPerSecond: rate('unsigned'),
          microsAnEvent: micros('signed'),
          unsignedMicrosAnEvent: micros('unsigned'),
        },
      },
    ]
  },
}

interface Load {
  readonly eventsPerSecond: number
  /** Processor time, merges included. */
  readonly microsAnEvent: number
}

async function loadOnce(bench: Workbench, side: Side): Promise<Load> {
  const directory = join(bench.directory, 'checkpoints')
  await bench.stopServer()
  await rm(directory, { recursive: true, force: true })
  const batches = await bench.openBatches(EVENTS)
  const server = await startServer(directory, SIDES[side])
  try {
    await untilQuiet(server.pid)
    const before = await processorSeconds(server.pid)
    const options = { batches, events: EVENTS, connections: CONNECTIONS }
    const { seconds } = await ingest(waybillIntake(server), options)
    await untilQuiet(server.pid)
    const spent = (await processorSeconds(server.pid)) - before
    const load = {
      eventsPerSecond: EVENTS / seconds,
      microsAnEvent: (spent * MICROS_PER_SECOND) / EVENTS,
    }
    bench.log(`${side}: ${format(load.eventsPerSecond)} events/s`)
    return load
  } finally {
    await server.stop()
    await rm(directory, { recursive: true, force: true })
  }
}
