import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { settingsTable } from '../../../../src/config/settings.ts'
import { readSettings } from '../../../../src/config/table/read-settings.ts'
import { loadCollectors } from '../../../../src/main.ts'

const TABLE = settingsTable(await loadCollectors())
const folder = mkdtempSync(join(tmpdir(), 'waybill-skip-'))
afterAll(() => rmSync(folder, { recursive: true }))

function rulesOf(rule: string) {
  const config = join(folder, 'waybill.yaml')
  writeFileSync(config, `sources:\n  skip:\n    - ${rule}\n`)
  return readSettings(TABLE, { flags: { config }, environment: {} }).sources.skip
}

test('a rule is read with one value or several of each field', () => {
  const rule = '{ name: r, source: engine/host1, action: [container.exec*, a.b], tag: 1.5 }'
  expect(rulesOf(rule)).toEqual([
    { name: 'r', source: 'engine/host1', action: ['container.exec*', 'a.b'], tag: ['1.5'] },
  ])
  // A command may hold commas: it is one value.
  expect(rulesOf("{ name: r, source: 'quay/*', command: 'a, b' }")[0]?.command).toEqual(['a, b'])
})

test.each([
  ['{ name: r, source: engine/a }', 'has no field and would skip everything'],
  ['{ name: r, source: engine/a, action: }', 'has no field and would skip everything'],
  ["{ name: r, source: engine/a, action: '*' }", 'expected a value'],
  ["{ name: r, source: engine/a, action: '**' }", 'expected a value'],
  ["{ name: r, source: engine/a, action: '*.push' }", '* is allowed only at the end'],
  ["{ name: r, source: engine/a, action: 'a*b' }", '* is allowed only at the end'],
  ["{ name: r, source: engine/a, action: '' }", 'expected a value'],
  ['{ name: r, source: engine/a, action: [] }', 'expected a value'],
  ["{ name: r, source: engine/a, actor: [x, '*'] }", 'expected a value'],
  ['{ name: r, source: engine/a, userAgnet: x }', 'no such key; did you mean userAgent?'],
  ['{ source: engine/a, action: x }', 'sources.skip[0].name: expected'],
  ['{ name: r, action: x }', 'sources.skip[0].source: expected KIND/NAME'],
  ['{ name: r, source: engin/a, action: x }', 'KIND one of distribution'],
  ['{ name: r, source: waybill/a, action: x }', 'KIND one of distribution'],
  ["{ name: r, source: '*', action: x }", 'KIND one of distribution'],
  ['{ name: r, source: engine, action: x }', 'KIND one of distribution'],
  ['{ name: r, source: engine/a/b, action: x }', 'KIND one of distribution'],
])('%s is refused at start: %s', (rule, words) => {
  expect(() => rulesOf(rule)).toThrow(words)
})

test('two rules of one name are refused: they would be counted as one', () => {
  const rule = '{ name: r, source: engine/a, action: x }'
  expect(() => rulesOf(`${rule}\n    - ${rule}`)).toThrow('duplicate name r')
})
