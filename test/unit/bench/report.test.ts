import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { addFigures } from '../../../bench/figures.ts'
import { markdownFigures, terminalTable, withFigures } from '../../../bench/report.ts'
import { atLeast, atMost, type Measurement } from '../../../bench/row.ts'

const INGEST: Measurement = {
  name: 'ingest',
  events: 1_000_000,
  figure: '90,000 events/s',
  baseline: 'raw engine 120,000 rows/s',
  ratio: 0.75,
  goals: [atLeast('ratio', 0.75, 0.6), atLeast('', 90_000, 100_000, ' events/s')],
  values: { eventsPerSecond: 90_000 },
}
const LIST: Measurement = {
  name: 'list',
  figure: 'p50 4 ms',
  goals: [atMost('p50', 4, 8, ' ms')],
  values: { p50: 4 },
}

test('a bound itself still reaches its goal', () => {
  expect(atLeast('ratio', 0.6, 0.6).reached).toBe(true)
  expect(atLeast('ratio', 0.599, 0.6).reached).toBe(false)
  expect(atMost('p50', 8, 8, ' ms').reached).toBe(true)
  expect(atMost('p50', 8.01, 8, ' ms').reached).toBe(false)
})

test('a line that misses one of its goals says which', () => {
  const table = terminalTable([INGEST, LIST])
  expect(table).toContain('no: ≥ 100,000 events/s')
  expect(table.split('\n').at(-1)).toMatch(/p50 ≤ 8 ms +yes$/)
})

test('only the figures of a document are replaced', () => {
  const report = {
    machine: { text: 'a machine' },
    command: 'npm run bench',
    day: '2026-11-22',
    measurements: [INGEST],
  }
  const before = 'above\n<!-- figures:begin -->\nold\n<!-- figures:end -->\nbelow\n'
  const after = withFigures(before, markdownFigures(report))
  expect(after).toMatch(/^above\n<!-- figures:begin -->/)
  expect(after).toMatch(/<!-- figures:end -->\nbelow\n$/)
  expect(after).toMatch(/\| ingest +\| 1 M +\| 90,000 events\/s +\|/)
  expect(after).not.toContain('old')
  expect(() => withFigures('no place', 'x')).toThrow()
})

test('figures of earlier runs are kept, and measured again they are replaced', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'figures-'))
  const file = join(folder, 'figures.json')
  await addFigures(file, [INGEST, LIST])
  const faster = { ...INGEST, figure: '110,000 events/s' }
  const other = { ...INGEST, events: 10_000_000 }
  expect(await addFigures(file, [faster, other])).toEqual([faster, LIST, other])
  rmSync(folder, { recursive: true })
})
