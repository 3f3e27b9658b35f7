import { expect, test } from 'vitest'
import type { EventFilter, EventReader, EventReaders } from '../../../../src/core/query/query.ts'
import { askerOf } from '../../../../src/core/turns/asker.ts'
import { DOWNLOADS, EMBEDDED_QUERIES } from '../../../../src/server/http/limits.ts'
import { createFairReaders } from '../../../../src/server/reading/fair-reader.ts'
import { StationModel } from '../../dialects/container-station/station-context.ts'

const { events } = new StationModel()

/** The reader of a request with a token. */
function ofToken(readers: EventReaders, tokenId: string, tenant: string | null): EventReader {
  return readers.of(askerOf({ tokenId, tenant }), () => false)
}

const ALL: EventFilter = { tenants: 'all', conditions: [] }

/** A reader whose counts last until the test ends them. */
function slowReader() {
  const counts: { readonly tenants: EventFilter['tenants']; readonly end: () => void }[] = []
  const readers = createFairReaders(
    {
      ...events,
      count: ({ tenants }) =>
        new Promise((resolve) => {
          counts.push({ tenants, end: () => resolve(0) })
        }),
    },
    EMBEDDED_QUERIES,
  )
  return { counts, readers }
}

/** Ends so many counts, each when its turn has come: on a busy machine a turn rests before. */
async function endEach(counts: readonly { end(): void }[], count: number): Promise<void> {
  for (let ended = 0; ended < count; ) {
    const next = counts[ended]
    if (next === undefined) await new Promise((resolve) => setTimeout(resolve, 1))
    else {
      next.end()
      ended += 1
    }
  }
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate)
}

test('a token that asks much keeps no other token and no other tenant waiting', async () => {
  const { counts, readers } = slowReader()
  const red: EventFilter = { ...ALL, tenants: ['red'] }
  const heavy = Array.from({ length: 12 }, () => ofToken(readers, 'heavy', 'red').count(red))
  await settled()
  expect(counts).toHaveLength(1)
  const asked = [
    ofToken(readers, 'other', 'red').count(red),
    ofToken(readers, 'third', 'blue').count({ ...ALL, tenants: ['blue'] }),
    ofToken(readers, 'admin', null).count(ALL),
  ]
  await settled()
  expect(counts.map(({ tenants }) => tenants)).toEqual([['red'], ['red'], ['blue'], 'all'])
  await endEach(counts, heavy.length + asked.length)
  await Promise.all([...heavy, ...asked])
})

test('what an administrator asks about a tenant takes no turn of it', async () => {
  const { counts, readers } = slowReader()
  const red: EventFilter = { ...ALL, tenants: ['red'] }
  const asked = ['one', 'two', 'three'].map((token) => ofToken(readers, token, null).count(red))
  asked.push(ofToken(readers, 'own', 'red').count(red))
  await settled()
  expect(counts).toHaveLength(EMBEDDED_QUERIES.running.tenantMax + 1)
  await endEach(counts, asked.length)
  await Promise.all(asked)
})

test('an export has one place from its first byte to its last, however it ends', async () => {
  const readers = createFairReaders(
    {
      ...events,
      export: async function* () {
        for (let slice = 0; slice < 3; slice += 1) yield Buffer.from(`slice ${slice}`)
      },
    },
    EMBEDDED_QUERIES,
  )
  const begin = async (token: string, tenant: string) => {
    const chunks = ofToken(readers, token, tenant).export(ALL, 'ndjson')
    const iterator = chunks[Symbol.asyncIterator]()
    await iterator.next()
    return iterator
  }
  const refusal = { code: 'request.too-many', retryAfterSeconds: DOWNLOADS.retryAfterSeconds }
  const first = await begin('one', 'red')
  for (let count = 1; count < DOWNLOADS.callerMax; count += 1) await begin('one', 'red')
  await expect(begin('one', 'red')).rejects.toMatchObject(refusal)
  for (let count = DOWNLOADS.callerMax; count < DOWNLOADS.tenantMax; count += 1) {
    await begin(`token ${count}`, 'red')
  }
  await expect(begin('yet another', 'red')).rejects.toMatchObject(refusal)
  const others = []
  for (let count = DOWNLOADS.tenantMax; count < DOWNLOADS.allMax; count += 1) {
    others.push(await begin(`token ${count}`, `tenant ${count}`))
  }
  await expect(begin('last', 'green')).rejects.toMatchObject(refusal)
  // One that is read on keeps its place, one that is given up frees it.
  await first.next()
  await expect(begin('one', 'red')).rejects.toMatchObject(refusal)
  await first.return?.()
  const again = await begin('one', 'red')
  while ((await again.next()).done !== true);
  await begin('one', 'red')
})

test('exports that Waybill writes by itself take no place of downloads', async () => {
  const readers = createFairReaders(events, EMBEDDED_QUERIES)
  for (let count = 0; count < 2 * DOWNLOADS.allMax; count += 1) {
    expect(await readers.own.stream(ALL, 'oldest')[Symbol.asyncIterator]().next()).toBeDefined()
  }
})
