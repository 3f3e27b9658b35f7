import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createStoreHarness } from '../support/store-harness.ts'
import { registerStoreConformance } from './store-suite.ts'

registerStoreConformance('chDB, in process', async () => {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'waybill-store-'))
  return createStoreHarness({ dataDirectory }, () =>
    rm(dataDirectory, { recursive: true, force: true }),
  )
})
