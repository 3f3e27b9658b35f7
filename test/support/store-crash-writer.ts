// Inserts groups of events until it is killed: `tsx store-crash-writer.ts DIRECTORY`.
// It prints the size of the ledger after each insert that was acknowledged.
import { stdout } from 'node:process'
import { draftOf } from '../../src/core/event/draft.ts'
import { createClock } from '../../src/core/time/timestamp.ts'
import { openStore } from '../../src/store/store.ts'
import { canonicalOf, eventOf } from './store-events.ts'

/** Largest group; sizes go up and down so that small and large inserts are met by the kill. */
export const GROUP_EVENTS_MAX = 4000

const [, , dataDirectory = ''] = process.argv
const store = await openStore({
  location: { dataDirectory },
  origin: 'crash',
  clock: createClock(),
})
let size = await store.writer.size()
for (let group = 1; ; group += 1) {
  const count = 1 + ((group * 997) % GROUP_EVENTS_MAX)
  const drafts = Array.from({ length: count }, () => {
    const event = eventOf({ message: `${size} ${count}` })
    return draftOf(event, canonicalOf(event))
  })
  await store.writer.insert({ firstSeq: size, rows: [store.writer.encode(drafts, '')] })
  size += count
  stdout.write(`${size}\n`)
}
