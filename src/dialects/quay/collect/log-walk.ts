import { VendorError } from '../../vendor-error.ts'
import type { PlacedEntry } from './collected-log.ts'
import type { LogClient, LogQuestion } from './log-client.ts'

/** Pages in a row without an entry, after which a walk is taken for endless. */
const EMPTY_PAGES_MAX = 20

/** Which part of a log a walk reads. */
export interface Walk {
  readonly question: LogQuestion
  /** The walk ends at entries before this second; absent: at the end of the log. */
  readonly fromSecond?: number
  /** Most entries held at a time. */
  readonly entriesMax: number
}

/** The pages of a stretch of a log that begins at a token. */
interface Stretch {
  readonly token: string | undefined
  readonly pages: number
}

/** A part of what a walk reads. */
export interface WalkedPart {
  /** Oldest first. */
  readonly entries: readonly PlacedEntry[]
  /** Whether it is the only part. */
  readonly isWhole: boolean
}

/**
 * The entries of a log, oldest first, in parts of about `entriesMax`.
 *
 * Quay answers the newest first. So its pages are walked to the end before anything is given out;
 * of a log with more entries than may be held only the tokens are kept, and all but the oldest part
 * is read a second time.
 */
export async function* oldestFirst(client: LogClient, walk: Walk): AsyncGenerator<WalkedPart> {
  const stretches: Stretch[] = []
  let held: PlacedEntry[] = []
  let heldFrom: string | undefined
  let pages = 0
  for await (const { entries, next } of pagesOf(client, walk, undefined)) {
    held.push(...entries)
    pages += 1
    if (held.length >= walk.entriesMax && next !== undefined) {
      stretches.push({ token: heldFrom, pages })
      held = []
      heldFrom = next
      pages = 0
    }
  }
  yield { entries: held.reverse(), isWhole: stretches.length === 0 }
  for (const stretch of stretches.reverse()) {
    yield { entries: await readStretch(client, walk, stretch), isWhole: false }
  }
}

/** Every entry of a log that fits into `entriesMax`; undefined for one that does not. */
export async function wholeLog(
  client: LogClient,
  walk: Walk,
): Promise<readonly PlacedEntry[] | undefined> {
  const entries: PlacedEntry[] = []
  for await (const page of pagesOf(client, walk, undefined)) {
    entries.push(...page.entries)
    if (entries.length > walk.entriesMax) return undefined
  }
  return entries.reverse()
}

async function readStretch(
  client: LogClient,
  walk: Walk,
  { token, pages }: Stretch,
): Promise<readonly PlacedEntry[]> {
  const entries: PlacedEntry[] = []
  let left = pages
  for await (const page of pagesOf(client, walk, token)) {
    entries.push(...page.entries)
    left -= 1
    if (left === 0) break
  }
  return entries.reverse()
}

interface WalkedPage {
  readonly entries: readonly PlacedEntry[]
  readonly next: string | undefined
}

async function* pagesOf(
  client: LogClient,
  { question, fromSecond = Number.NEGATIVE_INFINITY }: Walk,
  token: string | undefined,
): AsyncGenerator<WalkedPage> {
  let after = token
  let oldest = Number.POSITIVE_INFINITY
  let emptyPages = 0
  do {
    const page = await client.page(question, after)
    const newest = page.entries[0]?.entry.second ?? oldest
    // Quay answers a token that it does not know any more with the first page, without a word.
    if (newest > oldest) throw VendorError.startedAnew(question.log.kind)
    oldest = page.entries.at(-1)?.entry.second ?? oldest
    emptyPages = page.entries.length === 0 ? emptyPages + 1 : 0
    if (emptyPages > EMPTY_PAGES_MAX) throw VendorError.startedAnew(question.log.kind)
    const isEnd = oldest < fromSecond
    after = isEnd ? undefined : page.next
    yield {
      entries: isEnd
        ? page.entries.filter(({ entry }) => entry.second >= fromSecond)
        : page.entries,
      next: after,
    }
  } while (after !== undefined)
}
