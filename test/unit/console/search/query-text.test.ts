import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseQuery, queryText } from '../../../../console/src/search/query-text.ts'
import { FILTER_NAMES, type Term, termProblem } from '../../../../console/src/search/term.ts'

/** A term as its parameter of the API. */
function parameters(text: string): readonly string[] {
  return parseQuery(text).terms.map(
    ({ name, value, isExcluded }) => `${isExcluded ? '-' : ''}${name}=${value}`,
  )
}

test.each([
  [
    'actor:alice -action:image.pull ns:prod some words',
    ['actor=alice', '-action=image.pull', 'namespace=prod', 'q=some words'],
  ],
  ['repo:team/app ip:10.0.0.1 IP:fe80::1', ['repository=team/app', 'ip=10.0.0.1', 'ip=fe80::1']],
  [
    'sha256:9f86d081884c -sha512:9f86d081884c',
    ['target=sha256:9f86d081884c', '-target=sha512:9f86d081884c'],
  ],
  ['"actor:alice"', ['q=actor:alice']],
  ['target:"a name" target:"say \\"hi\\""', ['target=a name', 'target=say "hi"']],
  ['-noise words -"more noise"', ['-q=noise', '-q=more noise', 'q=words']],
  ['source:engine/host-1 digest:sha256:abc', ['source=engine/host-1', 'target=sha256:abc']],
  ['  ', []],
])('%s is read as its filters', (text, expected) => {
  expect(parseQuery(text).problems).toEqual([])
  expect(parameters(text)).toEqual(expected)
})

test.each([
  ['actor:', 'actor:', 'Write a value after actor:'],
  ['x outcome:maybe', 'outcome:maybe', 'outcome is one of success'],
  ['action:token.*', 'action:token.*', 'without wildcards'],
  ['ip:nowhere', 'ip:nowhere', 'IPv4 or IPv6'],
  ['foo:bar', 'foo:bar', 'There is no filter foo'],
  ['act:x', 'act:x', 'did you mean action or actor?'],
  ['from:2026-01-01', 'from:2026-01-01', 'time range'],
  ['target:"open', 'target:"open', 'closing quote'],
  ['wor*', 'wor*', 'whole words'],
  ['...', '...', 'at least one letter'],
])('%s is a problem at its place', (text, place, message) => {
  const [problem] = parseQuery(text).problems
  expect(text.slice(problem?.start, problem?.end)).toBe(place)
  expect(problem?.message).toContain(message)
})

const term = fc
  .record({
    name: fc.constantFrom(...FILTER_NAMES, 'q' as const),
    value: fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
    isExcluded: fc.boolean(),
  })
  .filter((one): one is Term => termProblem(one) === undefined)

test('a filter that is taken back into the box is read as the same filter', () => {
  fc.assert(
    fc.property(term, (one) => {
      // A text is words: what is between them does not matter.
      const words = (value: string) => value.split(/\s+/).filter((word) => word !== '')
      const isText = one.name === 'q' && !one.isExcluded
      const { terms, problems } = parseQuery(queryText(one))
      expect(problems).toEqual([])
      if (isText) expect(words(terms.map(({ value }) => value).join(' '))).toEqual(words(one.value))
      else expect(terms).toEqual([one])
    }),
  )
})

test('no text makes the search box fail, and each problem is inside the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
      for (const { start, end } of parseQuery(text).problems) {
        expect(start).toBeLessThanOrEqual(end)
        expect(end).toBeLessThanOrEqual(text.length)
      }
    }),
  )
})
