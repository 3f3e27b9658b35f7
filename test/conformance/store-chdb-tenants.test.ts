import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { formatTimestamp } from '../../src/core/time/timestamp.ts'
import { BASE_MICROS, eventOf } from '../support/store-events.ts'
import { createStoreHarness } from '../support/store-harness.ts'

test('who may see all tenants sees the first event of a second one at once', async () => {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'waybill-tenants-'))
  const harness = createStoreHarness({ dataDirectory }, () =>
    rm(dataDirectory, { recursive: true }),
  )
  try {
    const [reading, writing] = [await harness.open(), await harness.open()]
    const tenants = async () => {
      const filter = { tenants: 'all', conditions: [] } as const
      const page = await reading.store.reader.page({ filter, order: 'newest', limit: 10 })
      return page.events.map(({ event }) => event.tenant)
    }
    const expected: string[] = []
    expect(await tenants()).toEqual(expected)
    for (const [index, tenant] of ['m', 'm', 'z', 'a', 'm'].entries()) {
      await writing.insert([eventOf({ tenant, time: formatTimestamp(BASE_MICROS + index) })])
      expected.unshift(tenant)
      expect(await tenants()).toEqual(expected)
      expect(await tenants()).toEqual(expected)
    }
  } finally {
    await harness.close()
  }
})
