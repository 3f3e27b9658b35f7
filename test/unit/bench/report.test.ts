import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { addFigures } from '../../../bench/figures.ts'
import { markdownFigures, terminalTable, withFigures } from '../../../bench/report.ts'
import { atLeast, atLeastPeer, atMost, atMostPeer, type Measurement } from '../../../bench/row.ts'

const INGEST: Measurement = {
  name: 'ingest',
  events: 1_000_000,
  figure: '90,000 events/s',
  baselines: [{ text: 'raw engine 120,000 rows/s', ratio: 0.75 }, { text: 'a peer¹ 7 rows/s' }],
  goals: [atLeast('ratio', 0.75, 0.6), atLeast('', 90_000, 100_000, ' events/s')],
  values: { eventsPerSecond: 90_000 },
}
const NOTES = ['¹ promises nothing', '² costs nothing']
const LIST: Measurement = {
  name: 'list',
  figure: 'p50 4 ms',
  baselines: [],
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
  const table = terminalTable({ measurements: [INGEST, LIST], notes: [] })
  expect(table).toContain('no: ≥ 100,000 events/s')
  expect(table.split('\n').at(-1)).toMatch(/p50 ≤ 8 ms +yes$/)
})

test('a goal against a peer that is not on the machine is open, neither reached nor missed', () => {
  const peer = 'a peer'
  const goals = [
    atLeastPeer('', 60, 0.5, { peer, value: 120 }),
    atMostPeer('p50', 9, { peer, value: 8 }),
    atMostPeer('p99', 9, { peer, value: undefined }),
  ]
  expect(goals.map(({ reached }) => reached)).toEqual([true, false, undefined])
  const table = (line: Measurement) => terminalTable({ measurements: [line], notes: [] })
  expect(table({ ...LIST, goals })).toMatch(/no: p50 ≤ a peer; not measured: p99 ≤ a peer$/)
  expect(table({ ...LIST, goals: goals.slice(2) })).toMatch(/not measured$/)
})

test('only the figures of a document are replaced', () => {
  const report = {
    machine: { text: 'a machine' },
    command: 'npm run bench',
    day: '2026-11-22',
    measurements: [INGEST],
    notes: NOTES,
  }
  const before = 'above\n<!-- figures:begin -->\nold\n<!-- figures:end -->\nbelow\n'
  const after = withFigures(before, markdownFigures(report))
  expect(after).toMatch(/^above\n<!-- figures:begin -->/)
  expect(after).toMatch(/<!-- figures:end -->\nbelow\n$/)
  expect(after).toMatch(/\| ingest +\| 1 M +\| 90,000 events\/s +\|/)
  expect(after).not.toContain('old')
  expect(after).toContain('raw engine 120,000 rows/s (0.75 ×); a peer¹ 7 rows/s')
  expect(after).toContain('¹ promises nothing')
  expect(after).not.toContain('² costs nothing')
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
