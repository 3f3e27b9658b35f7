import { createHash } from 'node:crypto'
import type { NewEvent } from '../../../core/event/new-event.ts'
import { recordableText } from '../../../core/values/recordable-text.ts'
import { unreadableEvent } from '../../../intake/dead-letter.ts'
import { eventOfEntry } from '../entries/entry-event.ts'
import type { AnsweredEntry } from '../entries/log-entry.ts'
import { type CollectedLog, logName, placed } from './collected-log.ts'

/** An item of an answered page that has no place among the entries. */
export interface OddItem {
  /** Undefined for what is no object. */
  readonly read: AnsweredEntry | undefined
  /** Its JSON text. */
  readonly text: string
}

/** Longest text of an item that is kept, in UTF-16 units. */
const TEXT_LENGTH_MAX = 8192

/**
 * The event of an odd item: that of its entry with the time at which it is stored, since its own
 * cannot be read; or a dead letter that holds its text. The same item has the same id.
 *
 * @param occurrence how many items with the same text were before it in one reading, from 0.
 */
export function oddItemEvent(
  { read, text }: OddItem,
  place: {
    readonly log: CollectedLog
    readonly sourceName: string
    readonly occurrence: number
  },
): NewEvent {
  const { log, sourceName, occurrence } = place
  if (read !== undefined) {
    const { namespace, repository } = placed(read, log)
    const { time: _none, ...event } = eventOfEntry(read.entry, {
      ...{ sourceName, namespace, repository, occurrence },
    })
    return event
  }
  const identity = JSON.stringify([logName(log), text, occurrence])
  return unreadableEvent({
    source: {
      kind: 'quay',
      name: sourceName,
      eventId: `odd-${createHash('sha256').update(identity).digest('hex')}`,
    },
    target: { type: 'log', name: logName(log) },
    message: `${logName(log)}: an item of the log is not an entry`,
    details: {
      reason: 'expected a JSON object',
      bytes: Buffer.byteLength(text),
      body: recordableText(text, TEXT_LENGTH_MAX),
    },
  })
}
