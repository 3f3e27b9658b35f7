import { eventJson } from './event-json.ts'
import { type GenerateOptions, generateEvents } from './generate-events.ts'

/** Events in one request of a batch load. */
const BATCH_EVENTS = 1000

/** The events as bodies of `POST /v1/events`, `BATCH_EVENTS` each. */
export function* ndjsonBatches(options: GenerateOptions): Generator<Buffer> {
  let lines = ''
  let events = 0
  for (const event of generateEvents(options)) {
    lines += `${eventJson(event)}\n`
    events += 1
    if (events % BATCH_EVENTS !== 0) continue
    yield Buffer.from(lines)
    lines = ''
  }
  if (lines !== '') yield Buffer.from(lines)
}
