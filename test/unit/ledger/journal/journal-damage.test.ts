import { crc32c } from '@node-rs/crc32'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  FORMAT_VERSION,
  RECORD_HEADER_BYTES,
  RECORD_KIND,
  readRecordHeader,
  SEGMENT_HEADER_BYTES,
} from '../../../../src/ledger/journal/record-format.ts'
import {
  appendNamed,
  type JournalFiles,
  journalDirectory,
  type Opened,
} from '../../../support/journal-files.ts'

/** Events of each group: the last one is small, so that it can be cut at every byte. */
const GROUPS = [2, 1, 3, 2, 2, 1, 4, 2, 3, 1, 2, 3, 1].map((count, group) =>
  Array.from({ length: count }, (_, number) => `${group}/${number}`),
)
const ALL = GROUPS.flat()
const ALL_BUT_LAST = GROUPS.slice(0, -1).flat()

/** Journals of these groups: of a process that was killed, and of one that was stopped in order. */
let killed: JournalFiles
let stopped: JournalFiles
/** Killed when the last insert had begun. */
let noted: JournalFiles

beforeAll(async () => {
  killed = await writtenJournal((journal) => journal.abandon())
  stopped = await writtenJournal((journal) => journal.close())
  noted = await writtenJournal(async (journal) => {
    await journal.noteInsert(0, ALL.length)
    await journal.abandon()
  })
})

async function writtenJournal(end: (journal: Opened['journal']) => Promise<void>) {
  const cleanUps: (() => Promise<void>)[] = []
  const { open, read } = await journalDirectory((clean) => cleanUps.push(clean))
  const { journal } = await open()
  for (const [index, names] of GROUPS.entries()) {
    await appendNamed(journal, names)
    if (index % 4 === 3) await journal.noteInsert(0, 1)
  }
  await end(journal)
  const files = await read()
  for (const clean of cleanUps) await clean()
  return files
}

/** Where a record says what it is; 0 where there is none. */
const KIND_AT = 32

/** A record of a journal, and where it is. */
interface Place {
  readonly file: string
  readonly start: number
  readonly end: number
  readonly kind: number
}

function placesOf(files: JournalFiles): readonly Place[] {
  return [...files].flatMap(([file, bytes]) => {
    const places: Place[] = []
    for (let start = SEGMENT_HEADER_BYTES; start + RECORD_HEADER_BYTES <= bytes.length; ) {
      const { kind, payloadBytes } = readRecordHeader(bytes.subarray(start))
      if (bytes[start + KIND_AT] === 0) break
      const end = start + RECORD_HEADER_BYTES + payloadBytes
      places.push({ file, start, end, kind })
      start = end
    }
    return places
  })
}

function placeOf(files: JournalFiles, kind: number, index: number): Place {
  const place = placesOf(files)
    .filter((one) => one.kind === kind)
    .at(index)
  if (place === undefined) throw new Error('no such record')
  return place
}

/** These files with another content of one. */
function changed(files: JournalFiles, file: string, change: (bytes: Buffer) => Buffer) {
  const bytes = files.get(file) ?? Buffer.alloc(0)
  return new Map([...files, [file, change(Buffer.from(bytes))]])
}

function flipped(files: JournalFiles, file: string, { at, bit }: { at: number; bit: number }) {
  return changed(files, file, (bytes) => {
    bytes[at] = (bytes[at] ?? 0) ^ (1 << bit)
    return bytes
  })
}

type Outcome = 'refused' | 'whole' | 'whole, torn' | 'without the last, torn' | 'wrong'

async function outcomeOf(
  { open, write, directory }: Awaited<ReturnType<typeof journalDirectory>>,
  files: JournalFiles,
): Promise<Outcome> {
  await write(files)
  try {
    const { journal, isTorn, names } = await open()
    await journal.abandon()
    const found = JSON.stringify(names)
    if (found === JSON.stringify(ALL)) return isTorn ? 'whole, torn' : 'whole'
    return isTorn && found === JSON.stringify(ALL_BUT_LAST) ? 'without the last, torn' : 'wrong'
  } catch (error) {
    const { message } = error instanceof Error ? error : { message: '' }
    const isClear = /^\S+ is damaged at byte \d+, .*waybill recover --journal/.test(message)
    return isClear && message.startsWith(directory) ? 'refused' : 'wrong'
  }
}

describe('the last group of a killed process', () => {
  it.each(['zeros follow', 'the file ends'] as const)(
    'cut at any byte (%s) leaves all groups before it, and the journal goes on behind them',
    async (ending) => {
      const place = placeOf(killed, RECORD_KIND.events, -1)
      const there = await journalDirectory()
      for (let cut = place.start; cut <= place.end; cut += 1) {
        const files = changed(killed, place.file, (bytes) =>
          ending === 'zeros follow' ? bytes.fill(0, cut, place.end) : bytes.subarray(0, cut),
        )
        await there.write(files)
        const { journal, isTorn, names } = await there.open()
        // The last bytes of a whole group are not zero, so that each cut takes something away. Of a
        // CRC that begins with zeros nothing may be left.
        const isWhole = cut === place.end
        const left = killed.get(place.file)?.subarray(place.start, cut) ?? []
        const isCut = !isWhole && left.some((byte: number) => byte !== 0)
        expect({ cut, isTorn, names }).toEqual({
          cut,
          isTorn: isCut,
          names: isWhole ? ALL : ALL_BUT_LAST,
        })
        if (cut % 16 === 0 || !isCut) await appendNamed(journal, ['after', 'the cut'])
        await journal.abandon()
        if (cut % 16 !== 0 && isCut) continue
        const again = await there.open()
        await again.journal.abandon()
        expect(again.isTorn).toBe(false)
        expect(again.names).toEqual([...names, 'after', 'the cut'])
      }
    },
  )
})

describe('a flipped bit', () => {
  it.each([
    ['magic', 0],
    ['format', 16],
    ['number', 20],
    ['salt', 24],
    ['first seq', 33],
    ['CRC of the record before', 41],
    ['length of the origin', 44],
    ['origin', 47],
    ['padding', 2000],
    ['CRC', SEGMENT_HEADER_BYTES - 1],
  ])('in the %s of the header of any segment stops the start', async (_, at) => {
    const there = await journalDirectory()
    for (const { file } of placesOf(killed)) {
      expect(await outcomeOf(there, flipped(killed, file, { at, bit: 3 }))).toBe('refused')
    }
  })

  it('in the header of a record stops the start, except in the last group', async () => {
    const there = await journalDirectory()
    const expected = [
      [placeOf(killed, RECORD_KIND.events, 0), 'refused'],
      [placeOf(killed, RECORD_KIND.events, 5), 'refused'],
      [placeOf(killed, RECORD_KIND.insert, 0), 'refused'],
      [placeOf(killed, RECORD_KIND.events, -2), 'refused'],
      [placeOf(killed, RECORD_KIND.events, -1), 'without the last, torn'],
    ] as const
    for (const [{ file, start }, outcome] of expected) {
      for (let at = start; at < start + RECORD_HEADER_BYTES; at += 1) {
        const files = flipped(killed, file, { at, bit: at % 8 })
        expect([at - start, await outcomeOf(there, files)]).toEqual([at - start, outcome])
      }
    }
  })

  it('in the last group is damage where a note or the end mark follows', async () => {
    const there = await journalDirectory()
    for (const files of [stopped, noted]) {
      const { file, start, end } = placeOf(files, RECORD_KIND.events, -1)
      for (let at = start; at < end; at += 11) {
        expect(await outcomeOf(there, flipped(files, file, { at, bit: at % 8 }))).toBe('refused')
      }
    }
  })

  it('in the last note or end mark, or in the zeros behind, takes no event away', async () => {
    const there = await journalDirectory()
    const note = placeOf(noted, RECORD_KIND.insert, -1)
    const mark = placeOf(stopped, RECORD_KIND.end, -1)
    for (const [files, { file, start, end }] of [
      [noted, note],
      [stopped, mark],
    ] as const) {
      for (let at = start; at < end + 40; at += 1) {
        const outcome = await outcomeOf(there, flipped(files, file, { at, bit: at % 8 }))
        expect(outcome).toBe('whole, torn')
      }
    }
  })

  it('anywhere never gives wrong events, and never drops any but the last group', async () => {
    const there = await journalDirectory()
    const journal = fc.constantFrom('killed', 'stopped', 'noted')
    const flip = fc.record({ at: fc.nat(8191), bit: fc.nat(7), file: fc.nat(10), journal })
    await fc.assert(
      fc.asyncProperty(flip, async ({ at, bit, file, journal: name }) => {
        const files = { killed, stopped, noted }[name] ?? killed
        const names = [...new Set(placesOf(files).map((place) => place.file))]
        const outcome = await outcomeOf(
          there,
          flipped(files, names[file % names.length] ?? '', { at, bit }),
        )
        expect(outcome).not.toBe('wrong')
        if (name !== 'killed') expect(outcome).not.toBe('without the last, torn')
      }),
      { numRuns: 200 },
    )
  })
})

describe('a segment', () => {
  it('of a newer format stops the start with the way on', async () => {
    const there = await journalDirectory()
    const { file } = placeOf(killed, RECORD_KIND.events, 0)
    const files = changed(killed, file, (bytes) => {
      const crcAt = SEGMENT_HEADER_BYTES - 4
      bytes.writeUInt32LE(FORMAT_VERSION + 1, 16)
      bytes.writeUInt32LE(crc32c(bytes.subarray(0, crcAt)), crcAt)
      return bytes
    })
    await there.write(files)
    await expect(there.open()).rejects.toThrow(/has format 2: start the version that wrote it/)
  })

  it('whose header and first records are lost is not taken for a spare', async () => {
    const there = await journalDirectory()
    const { file } = placeOf(killed, RECORD_KIND.events, -1)
    for (const upTo of [SEGMENT_HEADER_BYTES, SEGMENT_HEADER_BYTES + 200]) {
      const files = changed(killed, file, (bytes) => bytes.fill(0, 0, upTo))
      files.delete(spareOf(killed))
      await expect(there.write(files).then(() => there.open())).rejects.toThrow('damaged at byte 0')
    }
  })

  it('that ends within its header stops the start', async () => {
    const there = await journalDirectory()
    const { file } = placeOf(killed, RECORD_KIND.events, -1)
    const files = changed(killed, file, (bytes) => bytes.subarray(0, 3000))
    files.delete(spareOf(killed))
    await expect(there.write(files).then(() => there.open())).rejects.toThrow('damaged at byte 0')
  })

  it.each(['first', 'middle', 'last'] as const)(
    'that is missing (%s) is noticed',
    async (which) => {
      const there = await journalDirectory()
      const used = [...new Set(placesOf(killed).map(({ file }) => file))]
      const missing = used.at({ first: 0, middle: 2, last: -1 }[which]) ?? ''
      await there.write(new Map([...killed].filter(([name]) => name !== missing)))
      await expect(there.open()).rejects.toThrow(
        which === 'first' ? 'a gap between 0 and' : /missing.*waybill recover --journal/,
      )
    },
  )

  it('whose events the store has may be missing, in any order of removal', async () => {
    const there = await journalDirectory()
    const used = [...new Set(placesOf(killed).map(({ file }) => file))]
    const [first = '', second = ''] = used
    for (const gone of [[first], [second], [first, second]]) {
      await there.write(new Map([...killed].filter(([name]) => !gone.includes(name))))
      const { journal, names } = await there.open({ fromSeq: ALL.length })
      expect(names).toEqual([])
      await journal.abandon()
    }
  })
})

function spareOf(files: JournalFiles): string {
  return [...files.keys()].sort().at(-1) ?? ''
}
