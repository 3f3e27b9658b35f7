import type { NewEvent } from '../../../core/event/new-event.ts'
import type { CollectorIntake } from '../../collecting/collector-intake.ts'
import { VendorError } from '../../collecting/vendor-error.ts'
import { stationGapEvent } from './gap-event.ts'
import { noticeEvent } from './notice-event.ts'
import type { FeedWindow, StationClient } from './station-client.ts'

/** A window over fewer events than these is taken for the last one. */
const LAST_WINDOW_EVENTS = 20
/** Most windows of one run; a later one goes on behind them. */
const WINDOWS_MAX = 10_000

/** Where strings of a feed come from and go to. */
export interface FeedReadingOptions {
  readonly client: StationClient
  readonly intake: CollectorIntake
}

/**
 * Reads a feed from a place to its present end, window after window. Yields each place from which
 * it can go on, once everything before it was stored.
 */
export async function* readFeed(from: number, options: FeedReadingOptions): AsyncGenerator<number> {
  const { client, intake } = options
  let index = from
  let isRestarted = false
  for (let windows = 0; windows < WINDOWS_MAX; windows += 1) {
    const window = await client.feed(index)
    if (window.offset < index) {
      if (isRestarted) throw VendorError.endlessPages('events')
      isRestarted = true
      // The count of a station is that of its process, or of a database that was replaced.
      const found = `${window.offset}`
      const gap = stationGapEvent({ what: 'events', after: String(index), found })
      await intake.storeGap(gap, 0, 'the events')
      index = 0
      yield index
      continue
    }
    await intake.store(eventsOf(window), `event ${window.offset}`)
    yield window.offset
    // A busy station always has some more: they are left to the next run.
    if (window.offset - index < LAST_WINDOW_EVENTS) return
    index = window.offset
  }
}

function eventsOf({ index, messages }: FeedWindow): readonly NewEvent[] {
  const oldestFirst = [...messages].reverse()
  return oldestFirst.flatMap((text, number) => noticeEvent(text, { index, number }) ?? [])
}
