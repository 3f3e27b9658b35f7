import { describe, expect, test } from 'vitest'
import { catalogueCategory } from '../../../../src/core/event/action-catalogue.ts'
import { captured, capturedValues, eventsOf, eventsOfProduct, translate } from './captured.ts'

function countBy(keys: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const key of keys) counts[key] = (counts[key] ?? 0) + 1
  return counts
}

describe.each(['docker-events.jsonl', 'podman-events.jsonl'])('what was captured: %s', (file) => {
  const events = eventsOf(captured(file))

  test('every line is an event of its own, and none a dead letter', () => {
    expect(events).toHaveLength(capturedValues(file).length)
    expect(translate(captured(file)).deadLetters).toEqual([])
    expect(new Set(events.map((event) => event.source.eventId)).size).toBe(events.length)
  })

  test('a line that comes again has the same name', () => {
    const again = eventsOf(captured(file))
    expect(again.map((event) => event.source.eventId)).toEqual(
      events.map((event) => event.source.eventId),
    )
  })

  test('every action is one of the catalogue, in its category', () => {
    for (const event of events) expect(catalogueCategory(event.action)).toBe(event.category)
  })

  test('the nanoseconds are those that the engine wrote', () => {
    const written = [
      ...captured(file)
        .toString()
        .matchAll(/"timeNano":(\d+)/g),
    ].map((one) => one[1])
    expect(events.map((event) => event.details?.['timeNano'])).toEqual(written)
  })

  test('no actor is named, and every event has a message and a target', () => {
    for (const event of events) {
      expect(event.actor).toBeNull()
      expect(event.message).toMatch(/\w/)
      expect(event.target?.id ?? event.target?.name).toMatch(/\w/)
    }
  })
})

test('both engines lead to the same actions for the same work', () => {
  const docker = countBy(eventsOf(captured('docker-events.jsonl')).map((event) => event.action))
  const podman = countBy(eventsOf(captured('podman-events.jsonl')).map((event) => event.action))
  expect(docker).toEqual({
    'container.create': 7,
    'container.delete': 7,
    'container.attach': 3,
    'container.start': 5,
    'container.exit': 5,
    'container.exec': 1,
    'container.exec.start': 1,
    'container.exec.exit': 1,
    'container.pause': 2,
    'container.unpause': 2,
    'container.rename': 1,
    'container.kill': 5,
    'container.stop': 2,
    'container.restart': 1,
    'container.commit': 1,
    'container.copy.out': 1,
    'network.connect': 5,
    'network.disconnect': 5,
    'volume.create': 1,
    'volume.delete': 1,
    'image.tag': 3,
    'image.push': 1,
    'image.untag': 2,
    'image.delete': 1,
    'image.pull': 1,
  })
  expect(podman).toEqual({
    'container.create': 3,
    'container.init': 4,
    'container.start': 4,
    'container.exec': 1,
    'container.exec.exit': 1,
    'container.pause': 1,
    'container.unpause': 1,
    'container.rename': 1,
    'container.restart': 1,
    'container.exit': 4,
    'container.kill': 1,
    'container.cleanup': 3,
    'container.delete': 3,
    'container.attach': 1,
    'volume.create': 1,
    'volume.delete': 1,
    'image.pull': 2,
    'image.build': 1,
    'image.tag': 1,
    'image.push': 1,
    'image.untag': 1,
    'image.delete': 1,
  })
})

describe('one event of Docker in whole', () => {
  const events = eventsOf(captured('docker-events.jsonl'))
  const ID = '728d06c45dd724ab810144f77fe7f4e4075bd591737416e94798fe685775dcf6'

  test('a container that did not end well', () => {
    const exit = events.find(
      (event) => event.action === 'container.exit' && event.target?.id === ID,
    )
    expect(exit).toMatchObject({
      time: '2026-11-22T12:15:54.010123Z',
      source: { kind: 'engine', name: 'host1' },
      nativeAction: 'die',
      category: 'container',
      level: 'warn',
      outcome: 'failure',
      target: {
        type: 'container',
        id: ID,
        name: 'web2',
        namespace: 'library',
        repository: 'dbox',
        tag: '1',
      },
      message: 'container web2 (728d06c45dd7) exited with code 137',
      details: {
        timeNano: '1795349754010123837',
        scope: 'local',
        registry: 'localhost',
        image: 'localhost/dbox:1',
        exitCode: '137',
        labels: {
          maintainer: 'research',
          'org.opencontainers.image.title': 'bbox',
          team: 'payments',
        },
      },
    })
  })

  test('a command that ran in it is kept apart from the word for it', () => {
    const exec = events.filter((event) => event.nativeAction?.startsWith('exec'))
    expect(exec.map(({ nativeAction, details }) => [nativeAction, details?.['command']])).toEqual([
      ['exec_create', '/bin/busybox echo in-exec'],
      ['exec_start', '/bin/busybox echo in-exec'],
      ['exec_die', undefined],
    ])
  })

  test('messages say what happened to what', () => {
    const told = events.map((event) => event.message)
    expect(told).toEqual(
      expect.arrayContaining([
        'container web1 (728d06c45dd7) created',
        'container web1 (728d06c45dd7) started',
        'container web2 (728d06c45dd7) restarted',
        'container web2 (728d06c45dd7) stopped',
        'container web2 (728d06c45dd7) removed',
        'container web2 (728d06c45dd7) renamed from web1',
        'container web2 (728d06c45dd7) committed to localhost/committed:1',
        'volume v1 created',
        'volume v1 removed',
        'image 127.0.0.1:5000/team/dbox:1 pulled',
        'image b4548bcda050 removed',
      ]),
    )
  })
})

describe('what Podman says of an ending', () => {
  const endings = (file: string) =>
    eventsOfProduct('podman', captured(file)).map(({ action, outcome, level }) => [
      ...[action, outcome, level],
    ])

  test('the health of a container, which is next to its actor', () => {
    const health = eventsOfProduct('podman', captured('podman-health-states.jsonl'))
    expect(
      health.map(({ outcome, level, message, details }) => ({
        ...{ outcome, level, message, word: details?.['HealthStatus'] },
      })),
    ).toEqual([
      {
        ...{ outcome: 'success', level: 'info', word: 'healthy' },
        message: 'health of container web1 (1f0c5a6b7d8e): healthy',
      },
      {
        ...{ outcome: 'failure', level: 'warn', word: 'unhealthy' },
        message: 'health of container web1 (1f0c5a6b7d8e): unhealthy',
      },
    ])
  })

  test('checks, their commands and a stop, as Podman 4.3.1 had them', () => {
    expect(endings('podman-health.jsonl')).toEqual([
      ['container.health', 'unknown', 'info'],
      ['container.exec.exit', 'failure', 'warn'],
      ['container.exec.exit', 'failure', 'warn'],
      ['container.exec.exit', 'success', 'info'],
      ['container.exec.exit', 'success', 'info'],
      ['container.health', 'failure', 'warn'],
      ['container.exec.exit', 'success', 'info'],
      ['container.stop', 'success', 'info'],
    ])
  })

  test('the code of a command that failed', () => {
    const [event] = eventsOfProduct('podman', captured('podman-exec-died.jsonl'))
    expect(event).toMatchObject({
      ...{ outcome: 'failure', level: 'warn', details: { containerExitCode: '1' } },
      message: 'command exited in container web1 (1f0c5a6b7d8e) with code 1',
    })
  })

  test('images that could not be pulled, pushed, loaded, built or removed: nothing', () => {
    const failed = endings('podman-failed-images.jsonl')
    expect(failed.map(([action]) => action)).toEqual([
      ...['image.pull', 'image.push', 'image.untag', 'image.load', 'image.build', 'image.delete'],
    ])
    expect(new Set(failed.map(([, outcome]) => outcome))).toEqual(new Set(['unknown']))
  })
})
