import { cp, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { OpenLedgerOptions } from '../../../../src/ledger/open-ledger.ts'
import { draft, setUpLedger } from '../../../support/faulty-ledger.ts'
import { appendNamed, journalDirectory } from '../../../support/journal-files.ts'

const WAY_ON = 'waybill recover --journal'

/** A ledger of five events, and a copy of its journal from when it had two. */
async function setUpLosses() {
  const setup = await setUpLedger()
  const { directory, open } = setup
  const journal = join(directory, 'ledger', 'journal')
  const copy = join(directory, 'copy')
  const ledger = await open()
  await ledger.append({ drafts: [draft('a'), draft('b')] })
  await ledger.whenReadable()
  await cp(journal, copy, { recursive: true })
  await ledger.append({ drafts: [draft('c'), draft('d'), draft('e')] })
  await ledger.close()
  const remove = () => rm(journal, { recursive: true })
  const restoreCopy = async () => {
    await remove()
    await cp(copy, journal, { recursive: true })
  }
  return { ...setup, journal, remove, restoreCopy }
}

describe('a journal that is missing', () => {
  it('stops the start where the store has events, and where it had some once', async () => {
    const { writer, open, remove, journal } = await setUpLosses()
    await remove()
    await expect(open()).rejects.toThrow(WAY_ON)
    await mkdir(journal, { recursive: true })
    await expect(open()).rejects.toThrow(WAY_ON)
    writer.rows.splice(0)
    await expect(open()).rejects.toThrow(WAY_ON)
    expect(writer.head).toMatchObject({ size: 5 })
  })

  it('is made anew for a new ledger, in an empty directory too', async () => {
    const { directory, open, checkLedger } = await setUpLedger()
    await mkdir(join(directory, 'ledger', 'journal'), { recursive: true })
    const ledger = await open()
    await ledger.append({ drafts: [draft('a')] })
    await checkLedger(ledger)
  })

  it('is done without on demand, and no place in the ledger is given out twice', async () => {
    const { writer, open, remove } = await setUpLosses()
    writer.rows.splice(2)
    writer.hasLostEvents = true
    await remove()
    const ledger = await open({ isJournalGivenUp: true })
    expect(ledger.status().contradiction).toContain('3 are missing')
    expect(await ledger.append({ drafts: [draft('f')] })).toMatchObject({ first: 5 })
    await ledger.close()
    expect((await open()).status().size).toBe(6)
  })
})

describe('a journal that is not of this ledger', () => {
  it('stops the start with both names and the file', async () => {
    const { open } = await setUpLosses()
    const other: Partial<OpenLedgerOptions> = { origin: 'other' }
    await expect(open(other)).rejects.toThrow(
      /0000000001\.journal is of the ledger test, not of other/,
    )
    await expect(open(other)).rejects.toThrow(WAY_ON)
  })

  it('stops the start when its events are far behind those of the store', async () => {
    const { directory, files, open } = await setUpLedger()
    const there = await journalDirectory()
    const { journal } = await there.open({ startThread: files.start })
    journal.begin(2_000_000)
    await appendNamed(journal, ['far away'])
    await journal.close()
    await cp(there.directory, join(directory, 'ledger', 'journal'), { recursive: true })
    await expect(open()).rejects.toThrow(/begins at 2000000, and the store has 0 events.*recover/)
  })
})

describe('a journal that ends too early', () => {
  it('is a contradiction where the store has more, and more is put behind that', async () => {
    const { writer, open, crash, restoreCopy } = await setUpLosses()
    await restoreCopy()
    const ledger = await open()
    expect(ledger.status().contradiction).toContain(
      'the journal ends at 2, and 5 events were recorded',
    )
    expect(await ledger.append({ drafts: [draft('f')] })).toMatchObject({ first: 5 })
    crash()
    const again = await open()
    await again.whenReadable(6)
    expect(writer.rows.map(({ event }) => event.source.eventId).join('')).toBe('abcdef')
    expect(await again.append({ drafts: [draft('f')] })).toMatchObject({ duplicates: 1 })
  })

  it.each(['before', 'after'] as const)(
    'where store and head have more keeps each event in its place, over a kill %s the insert',
    async (moment) => {
      const { writer, open, crash, restoreCopy } = await setUpLosses()
      await restoreCopy()
      writer.rows.splice(1)
      writer.hasLostEvents = true
      const ledger = await open()
      const { contradiction } = ledger.status()
      expect(contradiction).toContain('the journal ends at 2, and 5 events were recorded')
      expect(contradiction).toContain('the journal brings 1 events back')
      if (moment === 'before') writer.onInsert = () => expect.fail('the store is away')
      expect(await ledger.append({ drafts: [draft('f')] })).toMatchObject({ first: 5 })
      await ledger.whenReadable().catch(() => undefined)
      const { rootHash } = ledger.status()
      crash()
      writer.onInsert = () => undefined
      const again = await open()
      expect(again.status().rootHash).toEqual(rootHash)
      await again.whenReadable(6)
      expect(placesOf(writer.rows)).toEqual(['a', 'b', '', '', '', 'f'])
      expect(await again.append({ drafts: [draft('g')] })).toMatchObject({ first: 6 })
    },
  )
})

describe('a journal that begins too late', () => {
  it('is a contradiction, and what it has keeps its place', async () => {
    const { writer, directory, open } = await setUpLedger()
    writer.nextFates = Array.from({ length: 100 }, () => 'fail')
    const ledger = await open()
    for (let index = 0; index < 20; index += 1) {
      await ledger.append({ drafts: [draft(`${index}`), draft(`${index}b`)] })
    }
    await ledger.close()
    await rm(join(directory, 'ledger', 'journal', '0000000001.journal'))
    writer.nextFates = []
    writer.hasLostEvents = true
    const again = await open()
    expect(again.status().contradiction).toMatch(
      /the journal goes on at \d+, and the events end at 0/,
    )
    expect(again.status().size).toBe(40)
    await again.whenReadable(40)
    const places = placesOf(writer.rows)
    const lost = places.lastIndexOf('') + 1
    expect(lost).toBeGreaterThan(0)
    const all = Array.from({ length: 20 }, (_, index) => [`${index}`, `${index}b`]).flat()
    expect(places.slice(lost)).toEqual(all.slice(lost))
  })
})

/** What is at each place of the store, by what its sender called it; empty for what is lost. */
function placesOf(rows: Awaited<ReturnType<typeof setUpLedger>>['writer']['rows']) {
  return rows.map(({ event, canonical }) => (canonical === '' ? '' : event.source.eventId))
}
