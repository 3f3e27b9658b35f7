import fc from 'fast-check'
import { expect, test } from 'vitest'
import { absoluteTime } from '../../../../src/cli/options/filter-options.ts'
import { EVENT_COLUMNS } from '../../../../src/cli/terminal/event-lines.ts'
import { plainLine } from '../../../../src/cli/terminal/plain-line.ts'
import { byteSize, grouped } from '../../../../src/cli/terminal/progress.ts'
import { paintFor } from '../../../../src/cli/terminal/terminal-style.ts'
import { textTable } from '../../../../src/cli/terminal/text-table.ts'

test('no text that a stranger wrote can reach a terminal as a control sequence', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(plainLine(text)).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u)
    }),
  )
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => {
      const event = { action: name, actor: { name }, outcome: name, client: { ip: name } }
      const table = textTable([event], EVENT_COLUMNS, (_colour, text) => text)
      expect(table.split('\n')).toHaveLength(3)
      expect(table.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
    }),
  )
})

test('an image is shown as people write it', () => {
  const target = EVENT_COLUMNS.find(({ title }) => title === 'TARGET')
  const shown = (value: unknown) => target?.cell({ target: value })
  expect(shown({ namespace: 'team', repository: 'app', tag: '1' })).toBe('team/app:1')
  expect(shown({ namespace: 'team', repository: 'app', digest: `sha256:${'a'.repeat(64)}` })).toBe(
    `team/app@sha256:${'a'.repeat(12)}`,
  )
  expect(shown({ name: 'web-1' })).toBe('web-1')
  expect(shown(undefined)).toBe('-')
})

test('colors appear only on a terminal, and never against NO_COLOR', () => {
  const terminal = Object.assign(process.stdout, {})
  const output = (isTTY: boolean) => Object.create(terminal, { isTTY: { value: isTTY } })
  expect(paintFor(output(true), {})('red', 'x')).toBe('\u001b[31mx\u001b[0m')
  expect(paintFor(output(true), { NO_COLOR: '1' })('red', 'x')).toBe('x')
  expect(paintFor(output(false), {})('red', 'x')).toBe('x')
})

test('an age is a time that long ago; a time stays as it is', () => {
  const ago = Date.now() - Date.parse(absoluteTime('from', '12h'))
  expect(Math.round(ago / 3_600_000)).toBe(12)
  expect(absoluteTime('from', '2026-11-22')).toBe('2026-11-22')
  expect(() => absoluteTime('from', 'noon')).toThrow('--from: expected a date')
})

test('numbers are written for people', () => {
  expect([grouped(1234567), byteSize(0), byteSize(1536), byteSize(3 * 1024 ** 3)]).toEqual([
    '1,234,567',
    '0 B',
    '1.5 KiB',
    '3.0 GiB',
  ])
})
