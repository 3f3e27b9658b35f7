import { expect, test } from 'vitest'
import { completionsAt } from '../../../../console/src/search/completion.ts'

const KNOWN = { actor: ['alice', 'al "the" man', 'bob'] }

function choices(text: string): readonly string[] {
  return completionsAt(text, text.length, KNOWN).choices.map((choice) => choice.text)
}

test('the word at the cursor is completed to filters, and to the values that were found', () => {
  expect(choices('x ac')).toEqual(['action:', 'actor:'])
  expect(choices('-ac')).toEqual(['-action:', '-actor:'])
  expect(choices('actor:al')).toEqual(['actor:alice ', 'actor:"al \\"the\\" man" '])
  expect(choices('outcome:de')).toEqual(['outcome:denied '])
  expect(choices('nothing:')).toEqual([])
  expect(completionsAt('actor:bo rest', 8, KNOWN)).toMatchObject({ start: 0, end: 8 })
})
