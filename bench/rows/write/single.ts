import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { sendAll } from '../../client/http-load.ts'
import { type IngestTarget, intakeRequest, waybillIntake } from '../../client/ingest-load.ts'
import {
  formatPercentiles,
  median,
  type Percentiles,
  percentiles,
} from '../../client/percentiles.ts'
import { eventJson } from '../../events/event-json.ts'
import { generateEvents } from '../../events/generate-events.ts'
import { NOT_ON_PATH, VICTORIA_LOGS, victoriaName } from '../../peers/victoria-logs.ts'
import { processorSeconds, untilQuiet } from '../../process-usage.ts'
import {
  atLeast,
  atLeastPeer,
  atMost,
  type Baseline,
  format,
  type Goal,
  type Measurement,
  type Row,
} from '../../row.ts'
import { startServer } from '../../server.ts'
import type { Workbench } from '../../workbench.ts'

const BARE_RATIO_MIN = 0.6
const VICTORIA_RATIO_MIN = 0.8
const LONE_PER_SECOND_MIN = 1000
const LONE_P50_MS_MAX = 2
const LONE_PROCESSOR_MS_MAX = 0.6

/** Each side has so many turns after a warm-up, in alternating order. */
const TURNS = 3
/** Longest turn, in milliseconds: what is not sent by then is left out. */
const TURN_MS_MAX = 15_000
const BARE = 'a bare Fastify route'

interface Load {
  readonly connections: number
  readonly warmUpRequests: number
  readonly turnRequests: number
}

const MANY: Load = { connections: 64, warmUpRequests: 4000, turnRequests: 20_000 }
const LONE: Load = { connections: 1, warmUpRequests: 500, turnRequests: 3000 }

/**
 * One event a request, over one connection and over many, next to a bare Fastify route that only
 * parses the same bytes and gives the same answer, and to VictoriaLogs with the same bodies; all
 * are driven by the same client.
 */
export const singleRow: Row = {
  name: 'single',
  isPerSize: false,
  async measure(bench) {
    const directory = join(bench.directory, 'single')
    await bench.stopServer()
    await rm(directory, { recursive: true, force: true })
    const server = await startServer(directory)
    const bare = await bench.bareRoute('{}')
    const victoria = await bench.startEmptyVictoriaLogs(0)
    try {
      const intake = waybillIntake(server)
      const sides: Sides = {
        waybill: { pid: server.pid, intake },
        bare: { pid: bare.pid, intake: { ...intake, url: bare.url } },
        ...(victoria && { victoria: { pid: victoria.pid, intake: victoria.intake } }),
      }
      const bodies = bodiesOf(bench, [LONE, MANY])
      return [
        lone(await measure(bench, LONE, sides, bodies)),
        many(await measure(bench, MANY, sides, bodies)),
      ]
    } finally {
      await server.stop()
      await bare.close()
      await bench.stopVictoriaLogs()
      await rm(directory, { recursive: true, force: true })
      await rm(bench.victoriaDirectory(0), { recursive: true, force: true })
    }
  },
}

interface Side {
  readonly pid: number
  readonly intake: IngestTarget
}

interface Sides {
  readonly waybill: Side
  readonly bare: Side
  readonly victoria?: Side
}

/** What one side did in all of its turns. */
interface Result {
  readonly perSecond: number
  readonly times: Percentiles
  /** Of one request, until the process rests. */
  readonly processorMs: number
}

interface Results {
  readonly waybill: Result
  readonly bare: Result
  readonly victoria: Result | undefined
}

function lone({ waybill, bare, victoria }: Results): Measurement {
  const { perSecond, times, processorMs } = waybill
  return {
    name: 'a lone sender: one event a request, one connection',
    figure: textOf(waybill),
    baselines: baselines({ waybill, bare, victoria }),
    goals: [
      atLeast('', perSecond, LONE_PER_SECOND_MIN, ' requests/s'),
      atMost('p50', times.p50, LONE_P50_MS_MAX, ' ms'),
      atMost('', processorMs, LONE_PROCESSOR_MS_MAX, ' ms of processor time'),
    ],
    values: values({ waybill, bare, victoria }),
  }
}

function many(results: Results): Measurement {
  const { waybill, bare, victoria } = results
  const goals: Goal[] = [
    atLeastPeer('', waybill.perSecond, BARE_RATIO_MIN, { peer: BARE, value: bare.perSecond }),
    atLeastPeer('', waybill.perSecond, VICTORIA_RATIO_MIN, {
      peer: VICTORIA_LOGS,
      value: victoria?.perSecond,
    }),
  ]
  return {
    name: `one event a request, ${MANY.connections} connections`,
    figure: textOf(waybill),
    baselines: baselines(results),
    goals,
    values: values(results),
  }
}

function baselines({ waybill, bare, victoria }: Results): readonly Baseline[] {
  const compared = (name: string, result: Result): Baseline => ({
    text: `${name} ${textOf(result)}`,
    ratio: waybill.perSecond / result.perSecond,
  })
  return [
    compared(BARE, bare),
    victoria === undefined ? { text: NOT_ON_PATH } : compared(victoriaName('writing'), victoria),
  ]
}

function textOf({ perSecond, times, processorMs }: Result): string {
  const processor = `${format(processorMs)} ms of processor time each`
  return `${format(perSecond)} requests/s, ${formatPercentiles(times)}, ${processor}`
}

function values({ waybill, bare, victoria }: Results): Readonly<Record<string, number>> {
  return {
    requestsPerSecond: waybill.perSecond,
    bareRequestsPerSecond: bare.perSecond,
    processorMs: waybill.processorMs,
    ...waybill.times,
    ...(victoria && { victoriaRequestsPerSecond: victoria.perSecond }),
  }
}

/** The bodies of all loads: no event is sent twice to one server. */
function bodiesOf(bench: Workbench, loads: readonly Load[]): Iterator<Buffer> {
  const count = loads.reduce(
    (sum, { warmUpRequests, turnRequests }) => sum + warmUpRequests + TURNS * turnRequests,
    0,
  )
  const events = [...generateEvents(bench.eventOptions(count))]
  return events.map((event) => Buffer.from(eventJson(event))).values()
}

async function measure(
  bench: Workbench,
  load: Load,
  sides: Sides,
  bodies: Iterator<Buffer>,
): Promise<Results> {
  const turns = new Map<Side, Turn[]>()
  const all = Object.values<Side>({ ...sides })
  for (let turn = 0; turn <= TURNS; turn += 1) {
    const size = turn === 0 ? load.warmUpRequests : load.turnRequests
    const sent = Array.from({ length: size }, (): Buffer => bodies.next().value)
    for (const side of turn % 2 === 0 ? all : all.toReversed()) {
      const result = await takeTurn(load.connections, side, sent)
      if (turn > 0) turns.set(side, [...(turns.get(side) ?? []), result])
    }
    bench.log(`one event a request, ${load.connections} connections: turn ${turn} of ${TURNS}`)
  }
  const resultOf = (side: Side) => resultOfTurns(turns.get(side) ?? [])
  return {
    waybill: resultOf(sides.waybill),
    bare: resultOf(sides.bare),
    victoria: sides.victoria && resultOf(sides.victoria),
  }
}

interface Turn {
  readonly perSecond: number
  readonly latenciesMs: readonly number[]
  readonly processorSeconds: number
}

async function takeTurn(
  connections: number,
  { pid, intake }: Side,
  bodies: readonly Buffer[],
): Promise<Turn> {
  const requests = bodies.map((body) => intakeRequest(intake, body, 'application/json')).values()
  const before = await processorSeconds(pid)
  const deadlineMs = performance.now() + TURN_MS_MAX
  const { seconds, latenciesMs } = await sendAll({
    url: intake.url,
    connections,
    expected: intake.status,
    repeatsRefused: true,
    next: () => (performance.now() < deadlineMs ? requests.next().value : undefined),
  })
  await untilQuiet(pid)
  return {
    perSecond: latenciesMs.length / seconds,
    latenciesMs,
    processorSeconds: (await processorSeconds(pid)) - before,
  }
}

function resultOfTurns(turns: readonly Turn[]): Result {
  const latencies = turns.flatMap(({ latenciesMs }) => latenciesMs)
  const seconds = turns.reduce((sum, turn) => sum + turn.processorSeconds, 0)
  return {
    perSecond: median(turns.map(({ perSecond }) => perSecond)),
    times: percentiles(latencies),
    processorMs: (seconds * 1000) / latencies.length,
  }
}
