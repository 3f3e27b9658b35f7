import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  decodeGoJson,
  foldKey,
  GoObject,
  plainJson,
} from '../../../../src/sources/bodies/go-json.ts'

function object(text: string | Buffer): GoObject {
  const value = decodeGoJson(Buffer.from(text))
  if (!(value instanceof GoObject)) throw new Error(`${text} is no object`)
  return value
}

// What Go's encoding/json made of each text, in a struct with these fields.
describe('a string field', () => {
  test.each([
    ['{"Image":"a","image":"b"}', 'b'],
    ['{"image":"a","Image":"b"}', 'b'],
    ['{"Image":"a","Image":"b"}', 'b'],
    ['{"iMaGe":"a"}', 'a'],
    ['{"Im\\u0061ge":"a"}', 'a'],
    ['{"Image":"a","IMAGE":null}', 'a'],
    ['{"Image":null}', undefined],
    ['{"İmage":"a"}', undefined],
    ['{"Image ":"a"}', undefined],
    ['{"x":{"Image":"b"},"Image":"a"}', 'a'],
    ['{"Image":"\\ud83d\\ude00\\ud800x"}', '\u{1f600}\ufffdx'],
    ['{"Image":"a\u007f"}', 'a\u007f'],
    [' \t\r\n{ "Image" : "a" } trailing', 'a'],
    ['{"Image":"a"}{"Image":"b"}', 'a'],
  ])('%s', (text, value) => {
    expect(object(text).string('Image')).toBe(value)
  })

  test('in bytes that are not UTF-8 has U+FFFD for them', () => {
    const text = Buffer.concat([Buffer.from('{"Image":"a'), Buffer.of(0xff), Buffer.from('"}')])
    expect(object(text).string('Image')).toBe('a\ufffd')
  })
})

test('two letters that are not ASCII fold to some that are', () => {
  expect(object('{"\u017ftatus":"a"}').string('Status')).toBe('a')
  expect(object('{"\u212aey":"a"}').string('Key')).toBe('a')
  expect(foldKey('ABC-\u017f\u212aÄ')).toBe('abc-skÄ')
})

test('objects fill one struct, each further', () => {
  const actor = object('{"Actor":{"ID":"a","X":"1"},"actor":{"id":"b"},"ACTOR":null}').struct(
    'Actor',
  )
  expect([actor.string('ID'), actor.string('X')]).toEqual(['b', '1'])
})

test('objects are merged into one map with exact keys, which null empties', () => {
  const merged = '{"Labels":{"a":"1","b":"1"},"labels":{"b":"2","B":"3"}}'
  expect([...object(merged).map('Labels')]).toEqual([
    ['a', '1'],
    ['b', '2'],
    ['B', '3'],
  ])
  const emptied = '{"Labels":{"a":"1"},"labels":null,"LABELS":{"c":"1"}}'
  expect([...object(emptied).map('Labels').keys()]).toEqual(['c'])
})

test.each([
  ...['', ' ', '{', '{"a"}', '{"a":}', '{"a":1', '{"a":1,}', '[1,]', '{a:1}', "{'a':1}"],
  ...['\ufeff{}', '\v{}', '{"a":"\t"}', '{"a":"\\x"}', '{"a":"\\u12"}', '{"a":01}', '{"a":+1}'],
  ...['{"a":.5}', 'nul', '{"a":1]', '}', '"a', '{"a":tru}', '[1 2]', '{"a" 1}'],
])('%j is no JSON', (text) => {
  const value = decodeGoJson(Buffer.from(text))
  expect(value).toBeUndefined()
})

test('nesting is read as deep as Go reads it, and does not end the program', () => {
  const nested = (depth: number) => Buffer.from('['.repeat(depth) + ']'.repeat(depth))
  expect(decodeGoJson(nested(10_000))).toBeDefined()
  expect(decodeGoJson(nested(10_001))).toBeUndefined()
  expect(decodeGoJson(nested(500_000))).toBeUndefined()
  expect(() => plainJson(decodeGoJson(nested(10_000)) ?? null)).not.toThrow()
})

test('numbers that a double does not hold are kept as their digits', () => {
  const text = '[12345678901234567890,1e400,9007199254740991,-0.5,1.0,9007199254740993]'
  const numbers = decodeGoJson(Buffer.from(text)) ?? null
  expect(plainJson(numbers)).toEqual([
    ...['12345678901234567890', '1e400', 9007199254740991, -0.5, 1, '9007199254740993'],
  ])
})

test('whatever JSON says, is read as it says it', () => {
  fc.assert(
    fc.property(fc.jsonValue({ depthSize: 'small', noUnicodeString: false }), (value) => {
      const text = JSON.stringify(value)
      const read = decodeGoJson(Buffer.from(text))
      const numbersAside = (_: string, one: unknown) => (typeof one === 'number' ? 0 : one)
      const plain = JSON.parse(JSON.stringify(plainJson(read ?? null), numbersAside))
      expect(plain).toEqual(JSON.parse(text, numbersAside))
    }),
  )
})
