import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { BatchReader, findBatches, writeBatches } from '../../../../bench/events/batch-file.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'batch-file-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('every batch is handed out once, whole, however many take at the same time', async () => {
  const batches = Array.from({ length: 50 }, (_, index) => Buffer.alloc(1 + index * 37, index))
  const file = await writeBatches(join(folder, 'batches'), batches)
  const reader = await BatchReader.open(file)
  const taken: Buffer[] = []
  const takeAll = async () => {
    for (let one = await reader.take(); one !== undefined; one = await reader.take())
      taken.push(one)
  }
  await Promise.all([takeAll(), takeAll(), takeAll()])
  await reader.close()
  const sorted = taken.toSorted((left, right) => left.length - right.length)
  expect(sorted).toEqual(batches)
})

test('a file is found again only when it was written to its end', async () => {
  const path = join(folder, 'batches')
  expect(await findBatches(path)).toBeUndefined()
  const file = await writeBatches(path, [Buffer.from('one'), Buffer.from('two more')])
  expect(await findBatches(path)).toEqual(file)
})
