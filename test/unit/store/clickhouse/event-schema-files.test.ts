import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { PACKED_COLUMNS } from '../../../../src/store/clickhouse/event-columns.ts'
import { StatementParameters } from '../../../../src/store/clickhouse/filter/statement-parameters.ts'
import { textSql } from '../../../../src/store/clickhouse/filter/text-search.ts'
import { INSERTED_COLUMNS } from '../../../../src/store/clickhouse/write/row-encoding.ts'

const SCHEMA = new URL('../../../../src/store/clickhouse/schema/', import.meta.url)
const fileOf = (name: string) => readFileSync(new URL(name, SCHEMA), 'utf8')

/** The names of the columns that a file declares, without those that are computed. */
function storedColumns(sql: string): readonly string[] {
  const declared = sql.matchAll(
    /^ {4}([a-z_]+) (?:LowCardinality\()?(?:String|UInt64|UUID|DateTime64)/gm,
  )
  return [...declared].map(([, name]) => name ?? '').sort()
}

/** How the schema declares a text of a packed column. */
function aliasOf(column: string, name: string, place: number, count: number): string {
  if (place === 0) return `${name} ALIAS substringIndex(${column}, '\\0', 1)`
  if (place === count - 1) return `${name} ALIAS substringIndex(${column}, '\\0', -1)`
  const beginning = `substringIndex(${column}, '\\0', ${place + 1})`
  return `${name} ALIAS substringIndex(${beginning}, '\\0', -1)`
}

test.each(['001-events.sql', '002-event-inbox.sql'])(
  '%s has the columns of the table of fields',
  (file) => {
    expect(storedColumns(fileOf(file))).toEqual([...INSERTED_COLUMNS].sort())
  },
)

test('every text of a packed column is declared with its column', () => {
  const sql = fileOf('001-events.sql')
  const expected = Object.entries(PACKED_COLUMNS).flatMap(([column, texts]) =>
    texts.map(({ name }, place) => aliasOf(column, name, place, texts.length)),
  )
  expect(expected.length).toBeGreaterThan(15)
  for (const alias of expected) expect(sql).toContain(`    ${alias},\n`)
})

test('the filters of words are over what a search looks at', () => {
  const [, searched = ''] =
    /^hasToken\((.*), \{/.exec(textSql('x', new StatementParameters())) ?? []
  const oneLine = (sql: string) => sql.replaceAll(/\s+/g, ' ')
  expect(searched).not.toBe('')
  expect(oneLine(fileOf('011-word-filters.sql'))).toContain(` by_words ${searched} TYPE `)
})
