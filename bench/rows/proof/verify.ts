import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { formatPercentiles, percentiles } from '../../client/percentiles.ts'
import { getJson, timeRequests } from '../../client/sequential.ts'
import { FSCK_NOT_ON_PATH, timeFsck } from '../../peers/tessera-fsck.ts'
import { nativePages } from '../../questions/page-cases.ts'
import { atLeast, format, type Measurement, type Row } from '../../row.ts'
import { PROGRAM, type Server } from '../../server.ts'
import type { Workbench } from '../../workbench.ts'

const EVENTS_PER_SECOND_MIN = 200_000
/** Above this size fsck would read entries over HTTP for many minutes. */
const FSCK_EVENTS_MAX = 2_000_000
/** Pages of 20 events whose proofs are asked for. */
const PROOF_PAGES = 26
const WARM_UP_PROOFS = 20

/**
 * `waybill verify`, as its users call it: the server reads every event from the engine again, and
 * compares it with the signed ledger. Tessera's fsck reads the same ledger over HTTP. Then proofs
 * of events, one after another.
 */
export const verifyRow: Row = {
  name: 'verify',
  isPerSize: true,
  async measure(bench, events) {
    const server = await bench.serving(events)
    return [await verification(bench, server, events), await proofs(bench, server, events)]
  },
}

async function verification(
  bench: Workbench,
  server: Server,
  events: number,
): Promise<Measurement> {
  const startedMs = performance.now()
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [PROGRAM, 'verify', '--server', server.url],
    { env: { ...process.env, WAYBILL_TOKEN: server.token } },
  )
  const rate = events / ((performance.now() - startedMs) / 1000)
  if (!stdout.includes('unanchored')) throw new Error(`not verified: ${stdout}`)
  bench.log(`verified ${format(rate)} events/s`)
  const fsckSeconds =
    events <= FSCK_EVENTS_MAX ? await timeFsck(server, bench.directory) : undefined
  const fsckRate = fsckSeconds === undefined ? undefined : events / fsckSeconds
  return {
    name: 'waybill verify, the whole command',
    events,
    figure: `${format(rate)} events/s`,
    baselines: [
      fsckRate === undefined
        ? { text: FSCK_NOT_ON_PATH }
        : { text: `Tessera's fsck ${format(fsckRate)} entries/s`, ratio: rate / fsckRate },
    ],
    goals: [atLeast('', rate, EVENTS_PER_SECOND_MIN, ' events/s')],
    values: {
      eventsPerSecond: rate,
      ...(fsckRate !== undefined && { fsckEntriesPerSecond: fsckRate }),
    },
  }
}

/** Of events of many times, so that they need different tiles. */
async function proofs(bench: Workbench, server: Server, events: number): Promise<Measurement> {
  const [latest] = nativePages(bench.eventOptions(events))
  const paths: string[] = []
  for (let index = 1; index <= PROOF_PAGES; index += 1) {
    const page = await getJson(server, latest?.path(index) ?? '')
    paths.push(...idsOf(page).map((id) => `/v1/events/${id}/proof`))
  }
  await timeRequests(server, paths.slice(0, WARM_UP_PROOFS))
  const times = percentiles(await timeRequests(server, paths.slice(WARM_UP_PROOFS)))
  bench.log(`proofs: ${formatPercentiles(times)}`)
  return {
    name: 'proof that an event is in the ledger',
    events,
    figure: formatPercentiles(times),
    baselines: [],
    goals: [],
    values: { ...times },
  }
}

function idsOf(page: unknown): readonly string[] {
  const isPage = typeof page === 'object' && page !== null && 'events' in page
  if (!isPage || !Array.isArray(page.events)) throw new Error('not a page of events')
  return page.events.map(({ id }: { readonly id: string }) => id)
}
