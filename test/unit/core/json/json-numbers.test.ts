import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseSentJson } from '../../../../src/core/boundary/sent-json.ts'
import { parseJsonKeepingNumbers, parsePythonJson } from '../../../../src/core/json/json-numbers.ts'

describe('a number that a double cannot hold is kept as text', () => {
  it.each([
    '12345678901234567890',
    '9007199254740993',
    '-9007199254740993',
    '0.1000000000000000055',
    '1e400',
    '-1E+400',
    '1e-400',
    '1.79769313486231580e309',
    '3.141592653589793238',
    `1${'0'.repeat(400)}`,
    '1e99999999999999999999',
    '1e-99999999999999999999',
  ])('%s', (literal) => {
    const text = `{"a": ${literal} ,"b":[${literal},1],"c":"${literal}"}`
    expect(parseJsonKeepingNumbers(text)).toEqual({ a: literal, b: [literal, 1], c: literal })
    expect(parseJsonKeepingNumbers(literal)).toBe(literal)
  })
})

describe('a number that has the same value as a double stays one', () => {
  it.each([
    ...['1.0', '1e2', '0.1', '-0', '0', '1E-7', '9007199254740992', '1e21', '0e400', '-0.0e-400'],
    ...['0.10000000000000000000', '100000000000000000000000', '5e-324', '1.7976931348623157e308'],
    ...['0.000000000000000001', '123456789012345680000', '1e0000000000000000002'],
  ])('%s', (literal) => {
    expect(parseJsonKeepingNumbers(`[${literal}]`)).toEqual([Number(literal)])
  })
})

/** The value of a decimal literal, exactly, as a fraction. */
function exactly(literal: string): readonly [bigint, bigint] {
  const [mantissa = '', exponent = '0'] = literal.toLowerCase().split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  const power = Number(exponent) - fraction.length
  const digits = BigInt(whole.replace('-', '') + fraction) * (mantissa.startsWith('-') ? -1n : 1n)
  return power < 0 ? [digits, 10n ** BigInt(-power)] : [digits * 10n ** BigInt(power), 1n]
}

function isSameValue(one: string, other: string): boolean {
  const [[a, b], [c, d]] = [exactly(one), exactly(other)]
  return a * d === c * b
}

const digits = (maxLength: number) =>
  fc.stringMatching(new RegExp(`^[0-9]{1,${maxLength}}$`)).filter((text) => text.length > 0)
const literal = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.oneof(
      fc.constant('0'),
      digits(25).filter((text) => !text.startsWith('0')),
    ),
    fc.option(digits(25), { nil: undefined }),
    fc.option(fc.integer({ min: -330, max: 320 }), { nil: undefined }),
  )
  .map(([sign, whole, fraction, exponent]) =>
    [sign, whole, fraction && `.${fraction}`, exponent === undefined ? '' : `e${exponent}`].join(
      '',
    ),
  )

describe('any number', () => {
  it('is a double of the very same value, or its own text', () => {
    fc.assert(
      fc.property(
        fc.oneof(literal, fc.double({ noNaN: true, noDefaultInfinity: true }).map(String)),
        (text) => {
          const value = parseJsonKeepingNumbers(`{"n":${text}}`)
          const double = Number(text)
          const isHeld = Number.isFinite(double) && isSameValue(text, String(double))
          expect(value).toEqual({ n: isHeld ? double : text })
        },
      ),
      { numRuns: 2000 },
    )
  })
})

describe('JSON text', () => {
  it('is read as by JSON.parse when its numbers are doubles', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(0, 2), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent)
        expect(parseJsonKeepingNumbers(text)).toEqual(JSON.parse(text))
        expect(parsePythonJson(text)).toEqual(JSON.parse(text))
      }),
      { numRuns: 500 },
    )
  })

  it.each([
    ...[
      '{1e400:1}',
      '{12345678901234567890 :1}',
      '[01234567890123456789]',
      '[1e400.5]',
      '[.1e400]',
    ],
    ...['[1e]', '[+1e400]', '[1e400 1e400]', '["a"1e400]', '[--1e400]', '[1e400', '{"a":1e400,}'],
    ...['[12345678901234567890.]', '[NaN]', '[-Infinity]', '["12345678901234567890]', '[1e+-400]'],
    ...[
      '[12345678901234567890.e5]',
      '[12345678901234567890e]',
      '[12345678901234567890.5e+]',
      '[-]',
    ],
  ])('that is none stays none: %s', (text) => {
    expect(() => parseJsonKeepingNumbers(text)).toThrow(SyntaxError)
  })

  it('names the place in what was sent when it is none', () => {
    const text = '{"a":12345678901234567890,"b":x}'
    const messageOf = (act: () => unknown) => {
      try {
        return act()
      } catch (error) {
        return String(error)
      }
    }
    const message = messageOf(() => parseJsonKeepingNumbers(text))
    expect(message).toBe(messageOf(() => JSON.parse(text)))
  })

  it('is not changed inside of its strings, whatever they hold', () => {
    const value = { 'a\\': ', 1e400', '"': ': 12345678901234567890, NaN', b: '\\", NaN' }
    const text = JSON.stringify(value)
    expect(parseJsonKeepingNumbers(text)).toEqual(value)
    expect(parsePythonJson(text)).toEqual(value)
  })
})

describe("what Python's json writes", () => {
  it('has its words for numbers that are none as text', () => {
    const text = '{"a": NaN, "b": [Infinity,-Infinity], "c": "NaN", "d": 12345678901234567890}'
    expect(parsePythonJson(text)).toEqual({
      a: 'NaN',
      b: ['Infinity', '-Infinity'],
      c: 'NaN',
      d: '12345678901234567890',
    })
    expect(parsePythonJson('NaN')).toBe('NaN')
  })

  it.each(['{NaN: 1}', '[NaNs]', '[xNaN]', '[+Infinity]', '[--Infinity]', '[NaN NaN]', '[nan]'])(
    'and is refused when it is neither: %s',
    (text) => {
      expect(() => parsePythonJson(text)).toThrow(SyntaxError)
    },
  )
})

describe('a sent event', () => {
  it('keeps long numbers in its details alone', () => {
    const event = '{"message":12345678901234567890,"details":{"__proto__":1e400,"a":[1e400]}}'
    const details = JSON.parse('{"__proto__":"1e400","a":["1e400"]}')
    const kept = { message: Number('12345678901234567890'), details }
    expect(parseSentJson(event)).toEqual(kept)
    expect(parseSentJson(`[{"details":{"a":1}},${event}]`)).toEqual([{ details: { a: 1 } }, kept])
  })
})
