import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Draft } from '../../src/core/event/draft.ts'
import { Journal, type OpenJournalOptions } from '../../src/ledger/journal/journal.ts'
import { FaultyFiles } from './faulty-files.ts'
import { draft } from './faulty-ledger.ts'

/** Bytes of the segments of these journals: few records fit into one. */
const SMALL_SEGMENT_BYTES = 8192

/** The files of a journal: their bytes by their names. */
export type JournalFiles = ReadonlyMap<string, Buffer>

/** What was found by an open. */
export interface Opened {
  readonly journal: Journal
  readonly isTorn: boolean
  /** The events that it holds, by what their sender called them, in order of seq. */
  readonly names: readonly string[]
}

/** A directory of one test, in which journals are written and read. */
export async function journalDirectory(
  whenDone: (clean: () => Promise<void>) => void = onTestFinished,
) {
  const directory = await mkdtemp(join(tmpdir(), 'waybill-journal-'))
  whenDone(() => rm(directory, { recursive: true, force: true }))
  const open = async (options: Partial<OpenJournalOptions> = {}): Promise<Opened> => {
    const names: string[] = []
    let nextSeq = options.fromSeq ?? 0
    const given = {
      ...{ directory, origin: 'test', bytesMax: 2 ** 30, segmentBytes: SMALL_SEGMENT_BYTES },
      ...{ startThread: new FaultyFiles().start, fromSeq: 0 },
      ...options,
    }
    const { journal, found } = await Journal.open(given, ({ firstSeq, requests }) => {
      if (firstSeq > nextSeq) throw new Error(`a gap between ${nextSeq} and ${firstSeq}`)
      const all = requests.flatMap((request) => request.drafts)
      const drafts = all.slice(nextSeq - firstSeq)
      nextSeq += drafts.length
      names.push(...drafts.map(({ event }) => event.source.eventId ?? ''))
    })
    return { journal, isTorn: found.end?.isTorn ?? false, names }
  }
  const read = async (): Promise<JournalFiles> => {
    const files = (await readdir(directory)).sort()
    return new Map(
      await Promise.all(
        files.map(async (name) => [name, await readFile(join(directory, name))] as const),
      ),
    )
  }
  /** Puts these files in place of all others. */
  const write = async (files: JournalFiles): Promise<void> => {
    await rm(directory, { recursive: true })
    await mkdir(directory)
    for (const [name, bytes] of files) await writeFile(join(directory, name), bytes)
  }
  return { directory, open, read, write }
}

/** Accepts events of these names as one group. */
export async function appendNamed(journal: Journal, names: readonly string[]): Promise<void> {
  const drafts: readonly Draft[] = names.map((name) => draft(name))
  await journal.append([{ drafts, request: '' }])
}
