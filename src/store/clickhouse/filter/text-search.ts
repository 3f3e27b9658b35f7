import { type FieldParent, placeOf } from '../../../core/event/field-keys.ts'
import { ESCAPED_WORDS, OWN_COLUMNS, PACKED_COLUMNS } from '../event-columns.ts'
import type { StatementParameters } from './statement-parameters.ts'

/**
 * SQL for the texts of an event that full-text search covers, in lower case. Index `by_words` of
 * schema/011-word-filters.sql is on exactly this expression, and applies to no other.
 */
const SEARCHED_TEXT_SQL = `lowerUTF8(concat(${[
  `substringIndex(shape, '\\0', -${searchedTexts('shape')})`,
  'actor',
  ...searchedColumns('client'),
  ...searchedColumns('target'),
  `substringIndex(texts, '\\0', ${searchedTexts('texts')})`,
].join(", ' ', ")}))`

/** The searched texts are contiguous: at the end of `shape` and at the beginning of `texts`. */
function searchedTexts(column: 'shape' | 'texts'): number {
  return PACKED_COLUMNS[column].filter(
    ({ name, field }) => name === ESCAPED_WORDS || field?.isSearched === true,
  ).length
}

function searchedColumns(parent: FieldParent): readonly string[] {
  return OWN_COLUMNS.filter((field) => field.isSearched && placeOf(field)[0] === parent).map(
    ({ column }) => column,
  )
}

/** As in the engine, a word is a run of ASCII letters, digits and any characters outside ASCII. */
const BETWEEN_WORDS = /[^0-9A-Za-z\u0080-\u{10ffff}]+/u

/** The distinct words of a text, in lower case. */
function words(text: string): readonly string[] {
  return [...new Set(text.toLowerCase().split(BETWEEN_WORDS))].filter((word) => word !== '')
}

/** SQL that holds for events that contain every word of `text`; without any word, for none. */
export function textSql(text: string, parameters: StatementParameters): string {
  const tests = words(text).map(
    (word) => `hasToken(${SEARCHED_TEXT_SQL}, ${parameters.add('String', word)})`,
  )
  return tests.length === 0 ? 'false' : tests.join(' AND ')
}

/** An escaped backslash, which hides nothing, or any other escape with the following word. */
const ESCAPE_AND_WORD = /\\\\|\\(?:[bfnrt]|u[0-9a-f]{4})([0-9A-Za-z\u0080-\u{10ffff}]*)/gu

/** The same for RE2, in an SQL literal; what `extractAll` answers is the group. */
const ESCAPE_AND_WORD_RE2 =
  '\\\\\\\\\\\\\\\\|\\\\\\\\(?:[bfnrt]|u[0-9a-f]{4})([0-9A-Za-z\\\\x{80}-\\\\x{10ffff}]*)'

/**
 * The words of a JSON text that directly follow an escape, separated by spaces. Details are
 * searched as JSON text, where `first line\nsecond line` contains `nsecond` instead of `second`. So
 * these words are stored and searched in addition.
 */
export function escapedWords(json: string): string {
  const found: string[] = []
  for (const [, word] of json.matchAll(ESCAPE_AND_WORD)) if (word) found.push(word)
  return found.join(' ')
}

/** SQL of what `escapedWords` gives for the details of an event. */
export const ESCAPED_WORDS_SQL = `if(position(details, '\\\\') = 0, '', arrayStringConcat(
  arrayFilter(word -> word != '', extractAll(details, '${ESCAPE_AND_WORD_RE2}')), ' '))`
