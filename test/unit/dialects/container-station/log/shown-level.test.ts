import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Event, LEVELS, OUTCOMES } from '../../../../../src/core/event/event.ts'
import { listLog } from '../../../../../src/dialects/container-station/log/list-log.ts'
import { shownLevel } from '../../../../../src/dialects/container-station/log/shown-level.ts'
import { WallClock } from '../../../../../src/dialects/container-station/log/wall-clock.ts'
import { readLogParameters } from '../../../../../src/dialects/container-station/parameters.ts'
import { presentCsvLine } from '../../../../../src/dialects/container-station/present.ts'
import { logFilter, visibilityOf } from '../../../../../src/dialects/container-station/selection.ts'
import { eventOf } from '../../../../support/store-events.ts'
import { callerNamed, StationModel } from '../station-context.ts'

const UTC = new WallClock(0)

const events: fc.Arbitrary<Event> = fc
  .record({
    action: fc.constantFrom('container.start', 'image.delete', 'container.exit', 'collector.gap'),
    level: fc.constantFrom(...LEVELS),
    outcome: fc.constantFrom(...OUTCOMES),
    nativeAction: fc.constantFrom('log', 'container:start', 'x'),
    kind: fc.constantFrom('api', 'container-station', 'engine'),
  })
  .map(({ kind, ...fields }) =>
    eventOf({ ...fields, category: 'container', source: { kind, name: 'x' } }),
  )

test('level= finds the rows that show the level, and counts as many', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(events, { maxLength: 20 }),
      fc.subarray(['INFO', 'WARN', 'ERROR', 'LOUD'], { minLength: 1 }),
      async (drawn, levels) => {
        const station = new StationModel()
        station.add(...drawn)
        const log = logFilter(visibilityOf(callerNamed('alice')), new Map())
        const reader = { events: station.events, wallClock: UTC }
        const read = (query: object) => listLog(log, readLogParameters(query), reader)
        const all = await read({ limit: '100' })
        const found = await read({ limit: '100', level: levels.join(',') })
        expect(found).toEqual(all.filter(({ level }) => levels.includes(String(level))))
      },
    ),
  )
})

test.each(['failure', 'denied'] as const)(
  'what is %s is an error at every stated level',
  (outcome) => {
    for (const level of LEVELS) {
      const event = eventOf({ action: 'container.delete', outcome, level, category: 'container' })
      expect(shownLevel(event)).toBe('error')
      expect(presentCsvLine(event, UTC)).toContain(',ERROR,container,')
    }
  },
)

test('an exit code may be a warning, and is no piece of information', () => {
  const exit = (level: Event['level'], outcome: Event['outcome'] = 'failure') =>
    shownLevel(eventOf({ action: 'container.exit', outcome, level }))
  expect(exit('warn')).toBe('warn')
  expect(exit('info')).toBe('error')
  expect(exit('warn', 'denied')).toBe('error')
})

test('an act that went well keeps the level that was stated', () => {
  for (const outcome of ['success', 'pending', 'unknown'] as const) {
    for (const level of LEVELS) expect(shownLevel(eventOf({ outcome, level }))).toBe(level)
  }
})

test("a collected row keeps the station's own level", () => {
  const source = { kind: 'container-station', name: 'nas' }
  const row = eventOf({ source, nativeAction: 'log', outcome: 'failure', level: 'info' })
  expect(shownLevel(row)).toBe('info')
  expect(shownLevel({ ...row, nativeAction: 'x' })).toBe('error')
})
