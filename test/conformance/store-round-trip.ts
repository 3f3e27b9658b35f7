import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalJson } from '../../src/core/event/canonical-json.ts'
import { mintUuid } from '../../src/core/values/uuid.ts'
import { anyEvent, canonicalOf, eventOf } from '../support/store-events.ts'
import { collect, collectText, type StoreHarness } from '../support/store-harness.ts'

const RUNS = 15
const EVENTS_MAX = 40

/** A SHA-256, what nearly is one, other algorithms, and texts as long as a SHA-256 is as bytes. */
const DIGESTS = [
  `sha256:${'00'.repeat(32)}`,
  `sha256:${'0a9f'.repeat(16)}`,
  `sha256:${'0A9F'.repeat(16)}`,
  `sha256:${'0a9f'.repeat(15)}`,
  `sha256:${'0a9g'.repeat(16)}`,
  `sha512:${'0a9f'.repeat(16)}`,
  `sha512:${'0a9f'.repeat(32)}`,
  `sha1:${'a'.repeat(26)}b`,
  `md5:${'é'.repeat(14)}`,
  `sha1:${'a'.repeat(28)}`,
  'a',
]

/** What is put in comes out: the event itself, and the text that its leaf is made from. */
export function describeRoundTrip(harness: () => StoreHarness): void {
  test('any event comes out as it went in, from every way of reading', async () => {
    const opened = await harness().open()
    const { reader, writer } = opened.store
    let nextSeq = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyEvent, { minLength: 1, maxLength: EVENTS_MAX }),
        async (drawn) => {
          const tenant = `round-trip ${mintUuid(Date.now())}`
          const stored = await opened.insert(
            drawn.map((event) => ({ ...event, tenant, id: mintUuid(Date.now()) })),
          )
          const texts = stored.map(({ event }) => canonicalOf(event))
          const filter = { tenants: [tenant], conditions: [] }

          const read = (await collect(reader.stream(filter, 'oldest'))).sort(bySeq)
          expect(read).toEqual(stored)
          expect(read.map(({ event }) => canonicalOf(event))).toEqual(texts)
          expect(await reader.get([tenant], stored[0]?.event.id ?? '')).toEqual(stored[0])

          const leafTexts = await collect(writer.canonicalFrom(nextSeq))
          expect(leafTexts).toEqual(texts)
          nextSeq += stored.length

          const lines = (await collectText(reader.export(filter, 'ndjson'))).trimEnd().split('\n')
          const expected = stored.map(({ event, seq }) =>
            canonicalJson({ ...JSON.parse(canonicalOf(event)), seq }),
          )
          expect(lines.sort()).toEqual(expected.sort())
        },
      ),
      { numRuns: RUNS },
    )
  })

  test('details that look like the event around them come out whole', async () => {
    const opened = await harness().open()
    const plain = eventOf({ tenant: 'look-alike' })
    const { id } = plain
    const inner = { a: ',"details":{', id, level: 'info', source: { eventId: id } }
    const [stored] = await opened.insert([{ ...plain, details: { ...inner, details: inner } }])
    expect(await opened.store.reader.get(['look-alike'], id)).toEqual(stored)
  })

  test('a digest comes out as it went in and is found, however it is stored', async () => {
    const opened = await harness().open()
    const { reader, writer } = opened.store
    const stored = await opened.insert(
      DIGESTS.map((digest) => eventOf({ tenant: 'digests', target: { digest } })),
    )
    const texts = stored.map(({ event }) => canonicalOf(event))
    expect(await collect(writer.canonicalFrom(0))).toEqual(texts)
    for (const one of stored) {
      const digest = one.event.target?.digest ?? ''
      const filter = {
        tenants: ['digests'],
        conditions: [{ field: 'digest', in: [digest] }],
      } as const
      const page = await reader.page({ filter, order: 'newest', limit: 9 })
      expect(page.events, digest).toEqual([one])
      expect(await reader.count(filter)).toBe(1)
    }
  })

  test('members of an event that was read stand in canonical order', async () => {
    const opened = await harness().open()
    const [stored] = await opened.insert([
      eventOf({
        tenant: 'ordered',
        message: 'm',
        nativeAction: 'push',
        actor: { name: 'n', kind: 'robot', id: 'i', email: 'e' },
        target: { type: 't', tag: 'latest', repository: 'r', namespace: 'n', name: 'x', id: 'i' },
        client: { userAgent: 'u', ip: '::1' },
        details: { b: 1, a: { d: 1, c: 2 } },
      }),
    ])
    const read = await opened.store.reader.get(['ordered'], stored?.event.id ?? '')
    expect(JSON.stringify(read?.event)).toBe(canonicalOf(stored?.event ?? eventOf()))
  })
}

function bySeq(left: { readonly seq: number }, right: { readonly seq: number }): number {
  return left.seq - right.seq
}
