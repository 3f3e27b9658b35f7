import { formatPercentiles } from '../../client/percentiles.ts'
import { forMs, READERS, type ReadResult, readPages } from '../../client/read-load.ts'
import type { Asked } from '../../client/sequential.ts'
import { NOT_ON_PATH, VICTORIA_LOGS, victoriaName } from '../../peers/victoria-logs.ts'
import { victoriaPage } from '../../peers/victoria-queries.ts'
import { readerPath } from '../../questions/page-cases.ts'
import { atLeastPeer, format, type Row } from '../../row.ts'

const VICTORIA_RATIO_MIN = 3
const WARM_UP_MS = 2000
const READ_MS = 10_000

/** How many pages a second many readers get, next to VictoriaLogs with the same questions. */
export const readersRow: Row = {
  name: 'readers',
  isPerSize: true,
  async measure(bench, events) {
    const path = readerPath(bench.eventOptions(events))
    const waybill = await read(await bench.serving(events), path)
    bench.log(`${READERS} readers: ${textOf(waybill)}`)
    const peer = await bench.victoriaLogs(events)
    // Every page of the mix is one that it can answer.
    const victoria =
      peer === undefined ? undefined : await read(peer, (index) => victoriaPage(path(index)) ?? '')
    return [
      {
        name: `${READERS} readers of pages, five kinds in turn`,
        events,
        figure: textOf(waybill),
        baselines: [
          victoria === undefined
            ? { text: NOT_ON_PATH }
            : {
                text: `${victoriaName('reading')} ${textOf(victoria)}`,
                ratio: waybill.pagesPerSecond / victoria.pagesPerSecond,
              },
        ],
        goals: [
          atLeastPeer('', waybill.pagesPerSecond, VICTORIA_RATIO_MIN, {
            peer: VICTORIA_LOGS,
            value: victoria?.pagesPerSecond,
          }),
        ],
        values: {
          pagesPerSecond: waybill.pagesPerSecond,
          ...waybill.times,
          ...(victoria && { victoriaPagesPerSecond: victoria.pagesPerSecond }),
        },
      },
    ]
  },
}

/** The warm-up asks for pages that are not asked for again. */
async function read(asked: Asked, path: (index: number) => string): Promise<ReadResult> {
  const other = (index: number) => path(index + WARM_UP_OFFSET)
  await readPages(asked, { path: other, goesOn: forMs(WARM_UP_MS) })
  return readPages(asked, { path, goesOn: forMs(READ_MS) })
}

const WARM_UP_OFFSET = 1_000_000

function textOf({ pagesPerSecond, times }: ReadResult): string {
  return `${format(pagesPerSecond)} pages/s, ${formatPercentiles(times)}`
}
