import { expect, test } from 'vitest'
import { BUILD_WITH_STEPS, LINES, passBoundary, translated } from './captured.ts'

const [started = '', finished = ''] = LINES

test('a build that begins and ends makes two events, each with what was sent', () => {
  const [begin, end] = [started, finished].map((line) => translated(line).events.map(passBoundary))
  expect(begin).toMatchObject([
    {
      action: 'pipeline.run',
      category: 'pipeline',
      nativeAction: 'new',
      outcome: 'pending',
      time: '2026-11-22T12:21:02.000000Z',
      actor: { kind: 'service', name: 'periodic' },
      target: { type: 'pipeline', name: 'build-image' },
      message: 'build-image #5: starting',
      details: { status: 'running', run_count: 5, api_response: JSON.parse(started) },
    },
  ])
  expect(end).toMatchObject([
    {
      nativeAction: 'finished',
      outcome: 'failure',
      level: 'error',
      time: '2026-11-22T12:21:04.000000Z',
      message: "build-image #5: failed 'sh -c ...' (failure)",
      details: { status: 'failure', run_count: 5, api_response: JSON.parse(finished) },
    },
  ])
})

test('every captured delivery has an id of its own, which a repeated one has again', () => {
  const ids = LINES.flatMap((line) => translated(line).events.map((event) => event.source?.eventId))
  expect(new Set(ids).size).toBe(LINES.length)
  expect(translated(started).events[0]?.source?.eventId).toBe(ids[0])
})

test('steps that a reporter sends are events of their own, before that of the build', () => {
  const steps = [
    { number: 0, name: 'compile', complete: true, results: 0, complete_at: 1_795_350_063 },
    { number: 1, name: 'test', complete: true, results: 2, state_string: 'exit 3' },
    { number: 2, name: 'never run', complete: false, results: null },
  ]
  const { events } = translated(JSON.stringify({ ...JSON.parse(finished), steps }))
  expect(events.map(passBoundary)).toMatchObject([
    {
      action: 'pipeline.step.run',
      outcome: 'success',
      target: { type: 'pipeline-step', name: 'compile' },
      details: { step_name: 'compile', step_index: 0, api_response: steps[0] },
    },
    { outcome: 'failure', message: 'test: exit 3' },
    { action: 'pipeline.run' },
  ])
})

test('a captured build is told step by step, as done by whose change it builds', () => {
  const events = translated(BUILD_WITH_STEPS).events.map(passBoundary)
  const { steps, ...build } = JSON.parse(BUILD_WITH_STEPS.toString())
  expect(events.map(({ target, outcome }) => [target?.type, target?.name, outcome])).toEqual([
    ['pipeline-step', 'worker_preparation', 'success'],
    ['pipeline-step', 'compile', 'success'],
    ['pipeline-step', 'test', 'failure'],
    ['pipeline-step', 'never', 'unknown'],
    ['pipeline-step', 'warn', 'failure'],
    ['pipeline', 'build-image', 'failure'],
  ])
  expect(events.map(({ details }) => details?.['api_response'])).toEqual([...steps, build])
  const alice = { kind: 'user', name: 'alice', email: 'alice@example.com' }
  expect(events.map(({ actor }) => actor)).toEqual(events.map(() => alice))
})

test.each<[object, object]>([
  [{ owner: ['bob', 'Force Build Form'], owners: [['carol'], 'Build'] }, { name: 'bob' }],
  [{ owners: [['carol', 'dave'], 'Build'] }, { name: 'carol' }],
  [{ owners: [['Eve E. <eve@x.org>'], 'Build'] }, { name: 'Eve E.', email: 'eve@x.org' }],
  [{ owners: [['<eve@x.org>'], 'Build'] }, { name: 'eve@x.org', email: 'eve@x.org' }],
  [{ owners: [['Eve <nowhere>'], 'Build'] }, { name: 'Eve <nowhere>' }],
  [{ owners: [[], 'Build'] }, { name: 'periodic', kind: 'service' }],
  [{ owners: ['carol', 'Build'] }, { name: 'periodic', kind: 'service' }],
])('who acts by %j is %j', (properties, actor) => {
  const build = JSON.parse(started)
  Object.assign(build.properties, properties)
  const [event] = translated(JSON.stringify(build)).events
  expect(event?.actor).toEqual({ kind: 'user', ...actor })
})
