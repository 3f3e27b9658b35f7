import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { FaultyFiles } from '../../../support/faulty-files.ts'
import { appendNamed, journalDirectory } from '../../../support/journal-files.ts'
import { RecordedDisk } from '../../../support/recorded-disk.ts'

/** What was acknowledged when so many steps were done, and what the store had by then. */
interface Milestone {
  readonly steps: number
  readonly acknowledged: number
  readonly stored: number
}

const disk = new RecordedDisk()
const names: string[] = []
const milestones: Milestone[] = [{ steps: 0, acknowledged: 0, stored: 0 }]

/** Groups in several segments, some of them freed, one record refused by the disk on the way. */
beforeAll(async () => {
  const cleanUps: (() => Promise<void>)[] = []
  const { open } = await journalDirectory((clean) => cleanUps.push(clean))
  const files = new FaultyFiles()
  const { journal } = await open({ startThread: () => disk.record(files.start()) })
  let stored = 0
  const note = () =>
    milestones.push({ steps: disk.steps.length, acknowledged: names.length, stored })
  for (let group = 0; group < 24; group += 1) {
    const added = Array.from({ length: 1 + (group % 3) }, (_, number) => `${group}/${number}`)
    if (group === 13) {
      files.nextFates = ['write and fail']
      await appendNamed(journal, added).catch(() => undefined)
    }
    await appendNamed(journal, added)
    names.push(...added)
    note()
    if (group % 6 !== 5) continue
    await journal.noteInsert(stored, names.length - stored)
    stored = names.length
    note()
    await journal.free(stored)
  }
  await journal.close()
  note()
  for (const clean of cleanUps) await clean()
})

/** What must have been acknowledged, and stored, when `end` steps were done. */
function milestoneAt(end: number): Milestone {
  return (
    milestones.findLast(({ steps }) => steps <= end) ?? { steps: 0, acknowledged: 0, stored: 0 }
  )
}

async function checkAfter(
  { open, write }: Awaited<ReturnType<typeof journalDirectory>>,
  end: number,
  survives: (step: number) => number,
): Promise<void> {
  await write(disk.filesAfter(end, survives))
  const { acknowledged, stored } = milestoneAt(end)
  const found = await open({ fromSeq: stored })
  await found.journal.abandon()
  const rest = names.slice(stored)
  expect(found.names).toEqual(rest.slice(0, found.names.length))
  expect(stored + found.names.length).toBeGreaterThanOrEqual(acknowledged)
}

describe('a power loss', () => {
  it('at any step keeps what was acknowledged, whether unsynced steps survive', async () => {
    const there = await journalDirectory()
    for (let end = 0; end <= disk.steps.length; end += 1) {
      for (const share of [0, 0.5, 1]) await checkAfter(there, end, () => share)
    }
  })

  it('keeps them when any of the unsynced steps survive in part, in any order', async () => {
    const there = await journalDirectory()
    const loss = fc.record({
      end: fc.nat(disk.steps.length),
      shares: fc.array(fc.constantFrom(0, 0.1, 0.5, 0.9, 1), { minLength: 1, maxLength: 12 }),
    })
    await fc.assert(
      fc.asyncProperty(loss, ({ end, shares }) =>
        checkAfter(there, end, (step) => shares[step % shares.length] ?? 0),
      ),
      { numRuns: 200 },
    )
  })
})
