import fc from 'fast-check'
import { expect, test } from 'vitest'
import { withJsonColumn } from '../../../src/store/clickhouse/parquet-json-column.ts'

/** `optional binary NAME (String)` as the engine declares it, with the end of the one before. */
const MESSAGE_AS_TEXT = Buffer.from('00150c250218076d65737361676525004c1c000000', 'hex')
const DETAILS_AS_TEXT = Buffer.from('00150c2502180764657461696c7325004c1c000000', 'hex')
/** `optional binary details (JSON)`: converted type 19 (zigzag 38), logical type 12. */
const DETAILS_AS_JSON = Buffer.from('00150c2502180764657461696c7325264ccc000000', 'hex')

/** Also bytes that are nearly the declaration. */
const bytes = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 30 }),
      fc.constantFrom(MESSAGE_AS_TEXT, DETAILS_AS_TEXT.subarray(0, -1), Buffer.from('details')),
    ),
    { maxLength: 5 },
  )
  .map((pieces) => Buffer.concat(pieces))

test('only the declaration of the column changes, wherever the pieces are cut', async () => {
  const cuts = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(bytes, bytes, cuts, async (before, after, lengths) => {
      const document = Buffer.concat([before, DETAILS_AS_TEXT, after])
      const place = document.indexOf(DETAILS_AS_TEXT)
      const expected = Buffer.from(document)
      DETAILS_AS_JSON.copy(expected, place)
      expect(await converted(cut(document, lengths))).toEqual(expected)
      expect(document.indexOf(DETAILS_AS_TEXT)).toBe(place)
    }),
  )
})

test('a document that declares the column otherwise passes as it is', async () => {
  await fc.assert(
    fc.asyncProperty(bytes, async (document) => {
      fc.pre(!document.includes(DETAILS_AS_TEXT))
      expect(await converted([document])).toEqual(document)
    }),
  )
})

function cut(document: Buffer, lengths: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = []
  let start = 0
  for (const length of lengths) {
    pieces.push(document.subarray(start, start + length))
    start += length
  }
  return [...pieces, document.subarray(start)]
}

async function converted(pieces: readonly Uint8Array[]): Promise<Buffer> {
  async function* chunks() {
    yield* pieces
  }
  const written: Uint8Array[] = []
  for await (const chunk of withJsonColumn(chunks(), 'details')) written.push(chunk)
  return Buffer.concat(written)
}
