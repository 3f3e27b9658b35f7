import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonObject, JsonValue } from '../../../../src/core/event/event.ts'
import { BUILD_WITH_STEPS, LINES, passBoundary, translated } from './captured.ts'

const [, finished = ''] = LINES
const RECEIVED = '1970-01-01T00:00:00.000000Z'

/** The events of the finished build with some of its members replaced. */
function changed(changes: JsonObject) {
  return translated(JSON.stringify({ ...JSON.parse(finished), ...changes })).events.map(
    passBoundary,
  )
}

test.each([
  ['', 'the body is not a JSON object in UTF-8'],
  ['[]', 'the body is not a JSON object in UTF-8'],
  [Buffer.from([0xff]), 'the body is not a JSON object in UTF-8'],
  ['{}', 'not a build: it has neither a buildid nor a builder name'],
  [
    '{"complete": true, "builder": {"name": ""}}',
    'not a build: it has neither a buildid nor a builder name',
  ],
])('%j is kept as a dead letter', (body, reason) => {
  expect(translated(body)).toEqual({
    events: [],
    deadLetters: [{ reason, body: Buffer.from(body) }],
    skipped: {},
  })
})

describe('an odd member costs a field, not the build', () => {
  test.each<[JsonObject, object]>([
    [{ builder: 7 }, { target: { type: 'pipeline' }, message: expect.stringMatching(/^build #5/) }],
    [{ buildid: '17' }, { target: { name: 'build-image' }, outcome: 'failure' }],
    [{ number: '5' }, { message: expect.stringMatching(/^build-image: /) }],
    [{ complete: 'yes' }, { nativeAction: 'finished', outcome: 'failure' }],
    [{ complete: null, complete_at: null }, { nativeAction: 'new' }],
    [{ results: 'failure' }, { outcome: 'unknown', details: { status: 'unknown' } }],
    [{ results: 99 }, { outcome: 'unknown' }],
    [{ complete_at: -1 }, { time: RECEIVED }],
    [{ complete_at: 1e300 }, { time: RECEIVED }],
    [{ complete_at: [1] }, { time: RECEIVED }],
    [{ complete_at: '2026-11-22T12:21:04Z' }, { time: '2026-11-22T12:21:04.000000Z' }],
    [
      { complete_at: '0001-01-01T00:00:00Z' },
      { time: RECEIVED, details: { asSent: { '/time': '0001-01-01T00:00:00Z' } } },
    ],
    [{ complete_at: 1_795_350_062.123 }, { time: '2026-11-22T12:21:02.123000Z' }],
    [{ properties: [1] }, { actor: null }],
    [
      { builder: { name: 'b'.repeat(600) } },
      { target: { type: 'pipeline' }, details: { asSent: { '/target/name': 'b'.repeat(600) } } },
    ],
    [{ state_string: ['failed'] }, { message: 'build-image #5' }],
    [{ steps: 'none' }, { nativeAction: 'finished' }],
  ])('%j', (changes, expected) => {
    const [event, ...others] = changed(changes)
    expect(others).toEqual([])
    expect(event).toMatchObject(expected)
    expect(event?.details?.['api_response']).toMatchObject(changes)
  })

  test('steps that did not end, and what is none, stay with the build', () => {
    const untold = [{ number: 1, name: 'never', complete: false }, 'a step', null]
    const steps = [{ number: 0, name: 'compile', complete: true, results: 0 }, ...untold]
    const events = changed({ steps })
    expect(events).toHaveLength(2)
    expect(events[1]?.details?.['api_response']).toMatchObject({ steps: untold })
  })

  test('steps without numbers are distinguished, and their retry is recognized', () => {
    const steps = ['a', 'b', 'c'].map((name) => ({ name, complete: true, results: 0, number: 1 }))
    const more = ['d', 'e'].map((name) => ({ name, complete: true, results: 0, number: name }))
    const ids = () => changed({ steps: [...steps, ...more] }).map(({ source }) => source.eventId)
    expect(new Set(ids()).size).toBe(6)
    expect(ids()).toEqual(ids())
  })

  test('builds without an id are told apart by their content', () => {
    const ids = [1, 2, 1].map((number) => changed({ buildid: null, number })[0]?.source.eventId)
    expect(new Set(ids).size).toBe(2)
  })

  test("what Python's JSON has beyond JSON is kept as text", () => {
    const { events } = translated(finished.replace('{', '{"load": NaN, "disk": -Infinity, '))
    expect(events.map(passBoundary)).toMatchObject([
      { details: { api_response: { load: 'NaN', disk: '-Infinity' } } },
    ])
  })

  test('a property larger than any event leaves the others in their places', () => {
    const build = JSON.parse(finished)
    const properties = { ...build.properties, log: ['x'.repeat(200_000), 'Build'] }
    const [event] = changed({ properties })
    expect(event?.details?.['api_response']).toMatchObject({
      state_string: build.state_string,
      properties: { bytes: expect.any(Number), excerpt: expect.stringMatching(/^\{/) },
    })
  })
})

test('secrets in properties and commands are not stored', () => {
  const properties = {
    deploy_token: ['hunter2', 'Build'],
    command: ['curl --password hunter2 https://u:hunter2@host/', 'Build'],
  }
  const events = changed({ properties, state_string: "'login --password hunter2' (failure)" })
  expect(JSON.stringify(events)).not.toContain('hunter2')
})

test('any value at any place of a build, or of a step, gives events that pass the boundary', () => {
  const build = JSON.parse(BUILD_WITH_STEPS.toString())
  const places = [...Object.keys(build), ...Object.keys(build.steps[0]), 'unknown']
  fc.assert(
    fc.property(
      fc.constantFrom(...places),
      fc.boolean(),
      fc.jsonValue() as fc.Arbitrary<JsonValue>,
      (key, isStep, value) => {
        const steps = build.steps.map((step: JsonObject) => ({ ...step, [key]: value }))
        const sent = isStep ? { ...build, steps } : { ...build, [key]: value }
        const { events, deadLetters } = translated(JSON.stringify(sent))
        expect(deadLetters).toEqual([])
        const ids = events.map(passBoundary).map(({ source }) => source.eventId)
        expect(new Set(ids).size).toBe(ids.length)
      },
    ),
  )
})
