import { VendorError } from '../../../collecting/vendor-error.ts'
import { logName, type PlacedEntry } from '../collected-log.ts'
import type { AnsweredPage, LogClient, LogQuestion } from '../log-client.ts'
import type { OddItem } from '../odd-item-event.ts'
import { PageWatch } from './page-watch.ts'

/** Which part of a log a walk reads. */
export interface Walk {
  readonly question: LogQuestion
  /** The walk ends at entries before this second; absent: at the end of the log. */
  readonly fromSecond?: number
  /** Most entries held at a time. */
  readonly entriesMax: number
  /** Pages after which the walk is endless; absent: `PAGES_MAX`. */
  readonly pagesMax?: number
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
  readonly odd: readonly OddItem[]
  /** Whether it is the only part. */
  readonly isWhole: boolean
}

/**
 * The entries of a log, oldest first, in parts of about `entriesMax`.
 *
 * Quay answers the newest first. So its pages are walked to the end before anything is given out;
 * of a log with more entries than may be held only the tokens are kept, and all but the oldest part
 * is read a second time.
 *
 * @throws VendorError also for pages without an end.
 */
export async function* oldestFirst(client: LogClient, walk: Walk): AsyncGenerator<WalkedPart> {
  const stretches: Stretch[] = []
  let held = new HeldPages()
  let heldFrom: string | undefined
  for await (const page of pagesOf(client, walk, undefined)) {
    held.add(page)
    if (held.length >= walk.entriesMax && page.next !== undefined) {
      stretches.push({ token: heldFrom, pages: held.pages })
      held = new HeldPages()
      heldFrom = page.next
    }
  }
  yield held.part(stretches.length === 0)
  for (const stretch of stretches.reverse()) yield readStretch(client, walk, stretch)
}

/** What could be read of a log. */
export interface Reading {
  /** Oldest first. */
  readonly entries: readonly PlacedEntry[]
  readonly odd: readonly OddItem[]
  readonly pages: number
  /** Why there may be more of them; undefined when there are not. */
  readonly failure: VendorError | undefined
}

/**
 * The entries of a log, as far as its pages can be read and `entriesMax` holds. Of a log whose
 * pages repeat each entry is there as often as one page has it.
 *
 * @throws VendorError when the server is down, or refuses.
 */
export async function readAsFar(client: LogClient, walk: Walk): Promise<Reading> {
  const held = new HeldPages()
  try {
    for await (const page of pagesOf(client, walk, undefined)) {
      held.add(page)
      if (held.length > walk.entriesMax) break
    }
    return { ...held.part(true), pages: held.pages, failure: undefined }
  } catch (error) {
    if (!(error instanceof VendorError) || !error.isUseless) throw error
    return { ...held.distinct(), pages: held.pages, failure: error }
  }
}

async function readStretch(
  client: LogClient,
  walk: Walk,
  { token, pages }: Stretch,
): Promise<WalkedPart> {
  const held = new HeldPages()
  for await (const page of pagesOf(client, walk, token)) {
    held.add(page)
    if (held.pages === pages) break
  }
  return held.part(false)
}

/** Pages of a walk, newest first. */
class HeldPages {
  readonly #pages: (readonly PlacedEntry[])[] = []
  readonly #odd: OddItem[] = []
  #length = 0

  add({ entries, odd = [] }: AnsweredPage): void {
    this.#pages.push(entries)
    this.#odd.push(...odd)
    this.#length += entries.length + odd.length
  }

  get length(): number {
    return this.#length
  }

  get pages(): number {
    return this.#pages.length
  }

  part(isWhole: boolean): WalkedPart {
    // Each table of a Quay is newest first; two of them may overlap.
    const entries = this.#pages.flat().reverse()
    return { entries: entries.sort(bySecond), odd: this.#odd, isWhole }
  }

  /** Each entry as often as the page that has it most often. */
  distinct(): Pick<WalkedPart, 'entries' | 'odd'> {
    const kept = new Map<string, number>()
    const entries: PlacedEntry[] = []
    for (const page of this.#pages) {
      const counts = new Map<string, number>()
      for (const entry of page) {
        const count = (counts.get(entry.key) ?? 0) + 1
        counts.set(entry.key, count)
        if (count <= (kept.get(entry.key) ?? 0)) continue
        kept.set(entry.key, count)
        entries.push(entry)
      }
    }
    const odd = new Map(this.#odd.map((item) => [item.text, item]))
    return {
      entries: entries.sort(bySecond),
      odd: [...odd.values()],
    }
  }
}

function bySecond(one: PlacedEntry, other: PlacedEntry): number {
  return one.entry.second - other.entry.second
}

async function* pagesOf(
  client: LogClient,
  { question, fromSecond = Number.NEGATIVE_INFINITY, pagesMax }: Walk,
  token: string | undefined,
): AsyncGenerator<AnsweredPage> {
  const watch = new PageWatch(pagesMax)
  let after = token
  do {
    const page = await client.page(question, after)
    if (watch.isEndless(page)) {
      yield { entries: page.entries, odd: page.odd ?? [] }
      throw VendorError.endlessPages(logName(question.log))
    }
    const isEnd = (page.entries.at(-1)?.entry.second ?? fromSecond) < fromSecond
    after = isEnd ? undefined : page.next
    const entries = isEnd
      ? page.entries.filter(({ entry }) => entry.second >= fromSecond)
      : page.entries
    const { odd = [] } = page
    yield { entries, odd, ...(after !== undefined && { next: after }) }
  } while (after !== undefined)
}
