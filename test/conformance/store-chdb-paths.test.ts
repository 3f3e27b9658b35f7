import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openChdb } from '../../src/store/clickhouse/connection/connection-chdb.ts'
import { eventOf } from '../support/store-events.ts'
import { createStoreHarness } from '../support/store-harness.ts'

let directory = ''
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'waybill-paths-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

test.each(['{a}', 'a*', 'a?'])('a data directory that is a pattern is refused: %s', (name) => {
  expect(() => openChdb(join(directory, name))).toThrow('The store is not available')
  expect(existsSync(join(directory, name))).toBe(false)
})

test('an insert leaves nothing of its events outside the store, whatever its path', async () => {
  const dataDirectory = join(directory, "it's a [path]")
  const harness = createStoreHarness({ dataDirectory }, async () => undefined)
  const opened = await harness.open()
  await opened.insert([eventOf(), eventOf()])
  expect(await opened.store.writer.size()).toBe(2)
  expect(await readdir(join(dataDirectory, 'inserts'))).toEqual([])
  await harness.close()
})
