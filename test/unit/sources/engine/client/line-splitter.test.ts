import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LineSplitter } from '../../../../../src/sources/engine/client/line-splitter.ts'
import { captured, translate } from '../captured.ts'

const LIMIT = 12

function linesOf(chunks: readonly Buffer[]): readonly string[] {
  const splitter = new LineSplitter(LIMIT)
  return chunks
    .flatMap((chunk) => splitter.push(chunk))
    .map(({ bytes, isWhole }) => `${isWhole ? 'whole' : 'cut'} ${bytes.toString('latin1')}`)
}

/** A text cut into chunks at any places. */
function cut(bytes: Buffer, places: readonly number[]): readonly Buffer[] {
  const ends = [...new Set([...places.map((place) => place % (bytes.length + 1)), bytes.length])]
  ends.sort((left, right) => left - right)
  return ends.map((end, index) => bytes.subarray(index === 0 ? 0 : ends[index - 1], end))
}

test('a stream has the same lines whatever chunks it comes in', () => {
  const text = fc
    .array(fc.constantFrom('a', 'é', '\n', '\r\n', '\n\n', 'over the limit'), { maxLength: 30 })
    .map((parts) => Buffer.from(parts.join('')))
  fc.assert(
    fc.property(text, fc.array(fc.nat()), (bytes, places) => {
      expect(linesOf(cut(bytes, places))).toEqual(linesOf([bytes]))
    }),
  )
})

test.each(['docker-events.jsonl', 'podman-events.jsonl'])(
  '%s has the same events whatever chunks it comes in',
  (file) => {
    const bytes = captured(file)
    const whole = translate(bytes)
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 20 }), (places) => {
        expect(translate(...cut(bytes, places))).toEqual(whole)
      }),
      { numRuns: 25 },
    )
  },
)

test('a line is emitted when it ends; half a line never is', () => {
  const splitter = new LineSplitter(LIMIT)
  expect(splitter.push(Buffer.from('one\nhal'))).toHaveLength(1)
  expect(splitter.push(Buffer.from('f'))).toEqual([])
  expect(splitter.push(Buffer.from('\n')).map(({ bytes }) => bytes.toString())).toEqual(['half'])
})

test('of a line over the limit the beginning is kept, and the next line is whole', () => {
  expect(linesOf([Buffer.from('abcdefghijklm'), Buffer.from('nop\nnext\n')])).toEqual([
    'cut abcdefghijkl',
    'whole next',
  ])
  expect(linesOf([Buffer.from('abcdefghijkl\n')])).toEqual(['whole abcdefghijkl'])
})
