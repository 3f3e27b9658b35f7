import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe } from 'vitest'
import { createStoreHarness, type StoreHarness } from '../support/store-harness.ts'
import { describeModel } from './store-against-model.ts'

describe('a store on chDB without another writer', () => {
  let harness: StoreHarness
  beforeAll(async () => {
    const dataDirectory = await mkdtemp(join(tmpdir(), 'waybill-alone-'))
    harness = createStoreHarness({ dataDirectory }, () =>
      rm(dataDirectory, { recursive: true, force: true }),
    )
  })
  afterAll(() => harness.close())
  // It works out what it knows of the shapes of events, which the others cannot.
  describeModel(() => harness, 1)
})
