import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import type { Asked } from '../../client/sequential.ts'
import { resetPeak, residentMemory } from '../../process-usage.ts'
import { atLeast, atMost, format, type Measurement, type Row } from '../../row.ts'

const EVENTS_PER_SECOND_MIN = 250_000
const MEMORY_MEGABYTES_MAX = 100
const MEGABYTE = 1_000_000

/** Each format with the engine's own that comes nearest. */
const FORMATS = [
  { format: 'ndjson', engineFormat: 'JSONEachRow' },
  { format: 'csv', engineFormat: 'CSV' },
  { format: 'parquet', engineFormat: 'Parquet' },
] as const

/**
 * The whole ledger as one download, beside the raw engine's `SELECT *` in the nearest format of its
 * own, unsorted and sent nowhere.
 */
export const exportRow: Row = {
  name: 'export',
  isPerSize: true,
  async measure(bench, events) {
    await bench.ensureLoaded(events)
    await bench.stopServer()
    const directory = bench.ledgerDirectory(events)
    const raw = new Map<string, number>()
    for (const { engineFormat } of FORMATS) {
      const { ms } = await bench
        .rawEngine()
        .ask({ task: 'stream', directory, format: engineFormat })
      raw.set(engineFormat, events / ((ms[0] ?? 0) / 1000))
    }
    const server = await bench.serving(events)
    const measurements: Measurement[] = []
    for (const { format: name, engineFormat } of FORMATS) {
      const before = await residentMemory(server.pid)
      await resetPeak(server.pid)
      const { seconds, bytes } = await download(server, `/v1/events/export?format=${name}`)
      const after = await residentMemory(server.pid)
      const rate = events / seconds
      const grownMegabytes = (after.peak - before.now) / MEGABYTE
      const rawRate = raw.get(engineFormat) ?? 0
      bench.log(`export ${name}: ${format(rate)} events/s, ${format(bytes / events)} bytes each`)
      measurements.push({
        name: `export as ${name}`,
        events,
        figure: `${format(rate)} events/s, +${format(grownMegabytes)} MB resident`,
        baselines: [{ text: `raw engine ${format(rawRate)} rows/s`, ratio: rate / rawRate }],
        goals: [
          atLeast('', rate, EVENTS_PER_SECOND_MIN, ' events/s'),
          atMost('', grownMegabytes, MEMORY_MEGABYTES_MAX, ' MB'),
        ],
        values: { eventsPerSecond: rate, grownMegabytes, rawRowsPerSecond: rawRate, bytes },
      })
    }
    return measurements
  },
}

async function download({ url, token }: Asked, path: string) {
  const startedMs = performance.now()
  const request = get(new URL(path, url), { headers: { Authorization: `Bearer ${token}` } })
  const [response]: IncomingMessage[] = await once(request, 'response')
  if (response?.statusCode !== 200) throw new Error(`${path} answered ${response?.statusCode}`)
  let bytes = 0
  for await (const chunk of response) bytes += chunk.length
  return { seconds: (performance.now() - startedMs) / 1000, bytes }
}
