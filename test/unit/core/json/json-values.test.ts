import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InputError, splitJsonValues } from '../../../../src/core/json/json-values.ts'

async function* inChunks(text: string, size: number): AsyncGenerator<string> {
  for (let start = 0; start < text.length; start += size) yield text.slice(start, start + size)
}

async function valuesOf(text: string, chunkSize = 7) {
  const values: { text: string; line: number }[] = []
  for await (const value of splitJsonValues(inChunks(text, chunkSize))) {
    if (value !== undefined) values.push(value)
  }
  return values
}

const objects = fc.array(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), {
  maxLength: 5,
})

describe('splitJsonValues', () => {
  const forms: Readonly<Record<string, (values: readonly object[]) => string>> = {
    'newline-delimited': (values) => values.map((value) => `${JSON.stringify(value)}\n`).join(''),
    'one after the other, indented': (values) =>
      values.map((value) => JSON.stringify(value, null, 2)).join('\r\n'),
    'an array': (values) => JSON.stringify(values),
    'an indented array': (values) => `\ufeff ${JSON.stringify(values, null, 1)}\n`,
  }

  test.each(Object.keys(forms))(
    '%s: every object comes out on a line, in chunks of any size',
    (form) =>
      fc.assert(
        fc.asyncProperty(objects, fc.integer({ min: 1, max: 40 }), async (values, chunkSize) => {
          const found = await valuesOf(forms[form]?.(values) ?? '', chunkSize)
          expect(found.map(({ text }) => JSON.parse(text))).toEqual(
            JSON.parse(JSON.stringify(values)),
          )
          expect(found.every(({ text }) => !text.includes('\n'))).toBe(true)
        }),
      ),
  )

  test('each object has the line that it begins on', async () => {
    const found = await valuesOf('{"a":1}\n\n{\n"b":2\n}\n{"c":3}\n')
    expect(found.map(({ line }) => line)).toEqual([1, 3, 6])
  })

  test.each([
    ['{"a":1}\n{"b":"cut\n{"c":3}', 2],
    ['{"a":1}\n{"b":2', 2],
    ['{"a":1}\n{b:2}', 2],
    ['[{"a":1},\n', 2],
    ['[{"a":1}]\n{"b":2}', 2],
    ['\n7', 2],
    ['{"a":1},{"b":2}', 1],
    ['["text"]', 1],
  ])('%j is refused with its line', async (text, line) => {
    const error = await valuesOf(text).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(InputError)
    expect(error).toMatchObject({ line })
  })

  test('an object that never ends is refused before it fills the memory', async () => {
    const endless = async function* () {
      yield '{"a":"'
      for (;;) yield 'x'.repeat(10_000)
    }
    const read = async () => {
      for await (const _ of splitJsonValues(endless()));
    }
    await expect(read()).rejects.toThrow('longer than')
  })
})
