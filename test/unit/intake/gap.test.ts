import { expect, test } from 'vitest'
import { gapEvent, sourceGapEvent } from '../../../src/intake/gap.ts'

const LOG = { target: { type: 'log', name: 'audit' }, message: 'rows are missing', details: {} }

test('a gap has the same name whenever it is found, and another one has another', () => {
  const nameOf = (identity: string | readonly unknown[]) =>
    gapEvent({ ...LOG, identity }).source?.eventId
  expect(nameOf('7-9')).toBe('gap-7-9')
  // The SHA-256 of ["audit","2026-11-18",3]: a name in ledgers that exist.
  expect(nameOf(['audit', '2026-11-18', 3])).toBe(
    'gap-2f145fad751458b5ef6bd73fbf4a123a76e0d3d701866a8dc7fa24e938c1f034',
  )
  expect(nameOf(['audit', '2026-11-18', 3])).not.toBe(nameOf(['audit', '2026-11-18', 4]))
})

test('a gap is a warning about its log, with the reason if there is one', () => {
  expect(gapEvent({ ...LOG, identity: 'x' })).toEqual({
    action: 'collector.gap',
    level: 'warn',
    outcome: 'failure',
    source: { eventId: 'gap-x' },
    ...LOG,
  })
  const time = '2026-11-18T00:00:00.000000Z'
  const whose = { source: { kind: 'quay', name: 'main' }, tenant: 'red' }
  expect(gapEvent({ ...LOG, ...whose, identity: 'x', time, reason: 'no answer' })).toMatchObject({
    tenant: 'red',
    time,
    source: { kind: 'quay', name: 'main', eventId: 'gap-x' },
    details: { reason: 'no answer' },
  })
})

test('the gap of a source says when and why, and no secret', () => {
  const [from, to] = ['2026-11-18T00:00:00Z', '2026-11-18T01:00:00Z']
  const event = sourceGapEvent(
    { kind: 'engine', name: 'host1' },
    { from, to, reason: 'it was asked with password=hunter2' },
  )
  expect(event).toMatchObject({
    action: 'source.gap',
    target: { type: 'source', name: 'engine/host1' },
    details: { from, to, source: { kind: 'engine', name: 'host1' } },
  })
  expect(event.message).toContain(`engine/host1 from ${from} to ${to}`)
  expect(JSON.stringify(event)).not.toContain('hunter2')
})
