import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ACTIONS } from '../../../../../src/core/event/action-catalogue.ts'
import { type Event, LEVELS, OUTCOMES } from '../../../../../src/core/event/event.ts'
import { rowEvent } from '../../../../../src/dialects/container-station/collect/row-event.ts'
import { meaningOf } from '../../../../../src/dialects/container-station/collect/row-templates.ts'
import {
  actionsOfWords,
  actWords,
} from '../../../../../src/dialects/container-station/log/act-words.ts'
import { REPORTS } from '../../../../../src/dialects/container-station/log/ending.ts'
import { messageOf } from '../../../../../src/dialects/container-station/log/message.ts'
import { WallClock } from '../../../../../src/dialects/container-station/log/wall-clock.ts'
import { presentRow } from '../../../../../src/dialects/container-station/present.ts'
import { eventOf } from '../../../../support/store-events.ts'

const UTC = new WallClock(0)
const ID = `5b4b96c56fd7${'0'.repeat(52)}`
const CONTAINER = { type: 'container', id: ID, name: 'web' }
const IMAGE = { type: 'image', name: 'busybox:latest', tag: 'latest' }

function rowOf(fields: Parameters<typeof eventOf>[0]) {
  return presentRow({ event: eventOf(fields), origin: 'o', seq: 0 }, UTC)
}

/** An event of the catalogue about something that has a name of every kind. */
function catalogueEvent(action: string, outcome: Event['outcome']): Event {
  const { category } = ACTIONS.find((entry) => entry.action === action) ?? { category: 'system' }
  const [object] = action.split('.')
  const target =
    object === 'container' ? CONTAINER : object === 'image' ? IMAGE : { name: 'something' }
  return eventOf({ action, category, outcome, target })
}

test.each([
  ['container.create', CONTAINER, 'create container (docker, 5b4b96c56fd7, web)'],
  ['container.start', CONTAINER, 'start container (docker, 5b4b96c56fd7, web)'],
  ['container.delete', CONTAINER, 'destroy container (docker, 5b4b96c56fd7, web)'],
  ['container.rename', CONTAINER, 'rename container (docker, 5b4b96c56fd7, web)'],
  ['container.commit', CONTAINER, 'commit container (docker, 5b4b96c56fd7, web)'],
  ['container.export', CONTAINER, 'export container (docker, 5b4b96c56fd7, web)'],
  ['container.import', CONTAINER, 'import container (docker, 5b4b96c56fd7, web)'],
  ['container.exec.start', CONTAINER, 'start command in container (docker, 5b4b96c56fd7, web)'],
  ['image.delete', IMAGE, 'remove image (docker, busybox:latest)'],
  ['tag.delete', IMAGE, 'remove image (docker, busybox:latest)'],
  ['image.pull', IMAGE, 'do background task (image_download, busybox:latest)'],
  ['image.push', IMAGE, 'do background task (image_push, busybox:latest)'],
  ['network.delete', { name: 'net1' }, 'remove network: net1'],
  ['network.connect', { name: 'net1' }, 'connect container to network: net1'],
  ['volume.create', { name: 'v1' }, 'create volume: v1'],
  ['background-task.run', { type: 'create', name: 'web' }, 'do background task (create, web)'],
  ['image-registry.add', { name: 'test' }, 'add registry: test'],
  ['container-application.start', { name: 'joomla' }, 'start application: joomla'],
  ['backup-target.add', { name: 'nas2' }, 'add backup target nas2'],
  ['log.clear', undefined, 'clear system logs'],
  ['export.request', { namespace: 'acme' }, 'request export of logs: acme'],
  ['auth.login', { name: 'alice' }, 'sign in: alice'],
  ['team.add-member', { name: 'devs' }, 'add member to team: devs'],
  ['weather-station.change-sky', { name: 'x' }, 'change sky of weather station: x'],
] as const)('%s never reads as done unless it is', (action, target, act) => {
  const fields = { action, category: 'system', ...(target && { target }) } as const
  expect(rowOf({ ...fields, outcome: 'failure' })).toMatchObject({
    level: 'ERROR',
    message: `Failed to ${act}`,
  })
  expect(rowOf({ ...fields, outcome: 'denied' })).toMatchObject({
    level: 'ERROR',
    message: `Failed to ${act}`,
  })
  expect(rowOf({ ...fields, outcome: 'pending' })).toMatchObject({
    level: 'INFO',
    message: `Start to ${act}`,
  })
})

test.each([
  ['container.create', CONTAINER, 'Create container (docker, 5b4b96c56fd7, web)'],
  ['container.delete', CONTAINER, 'Destroy container (docker, 5b4b96c56fd7, web)'],
  ['container.commit', CONTAINER, 'commit container (docker, 5b4b96c56fd7, web)'],
  ['container.export', CONTAINER, 'Finished export container (docker, 5b4b96c56fd7, web)'],
  ['container.import', { name: 'web1' }, 'Finished import container (docker, web1)'],
  ['container.exit', CONTAINER, 'Exit container (docker, 5b4b96c56fd7, web)'],
  [
    'image.pull',
    { namespace: 'acme', repository: 'app', tag: 'v1' },
    'Finished background task (image_download, acme/app:v1)',
  ],
  ['tag.delete', IMAGE, 'Image removed (docker, busybox:latest)'],
  ['image.delete', undefined, 'Image removed (docker)'],
  ['volume.delete', { name: 'v1' }, 'Remove volume: v1'],
  ['image-registry.change', { name: 'r' }, 'Registry edit: r'],
  ['export.request', { namespace: 'acme', repository: 'app' }, 'Request export of logs: acme/app'],
  ['log.clear', undefined, 'System logs are cleared'],
  ['constructor', undefined, 'Constructor'],
] as const)('an event of %s without a message gets one', (action, target, expected) => {
  expect(rowOf({ action, category: 'system', ...(target && { target }) })['message']).toBe(expected)
})

test.each([
  ['image.pull', 'Download image (docker, busybox:latest)'],
  ['image.delete', 'Remove image (docker, busybox:latest)'],
  ['container.export', 'Export container (docker, busybox:latest)'],
])('%s of unknown outcome is named and not called finished', (action, expected) => {
  const event = eventOf({ action, outcome: 'unknown', target: IMAGE })
  expect(messageOf(event)).toBe(expected)
})

test('the details have their place in the words', () => {
  const event = (action: string, details: Event['details']) =>
    messageOf(eventOf({ action, target: { name: 'x' }, details }))
  expect(event('container.import', { type: 'lxc', path: '/share/a' })).toBe(
    'Finished import container (lxc, x) from /share/a',
  )
  expect(event('container.export', { path: '/share/a' })).toBe(
    'Finished export container (docker, x) to /share/a',
  )
  expect(event('container-application.create', { kind: 'redmine' })).toBe(
    'Create a new redmine application: x',
  )
  expect(event('image-registry.add', { url: 'https://r.invalid' })).toBe(
    'Registry add: x, https://r.invalid',
  )
  expect(event('backup-target.add', { address: '10.0.0.2:8899' })).toBe(
    'Add backup target x (10.0.0.2:8899)',
  )
  expect(event('network.prune', { names: 'a,b' })).toBe('Prune all unused networks: a,b')
  expect(event('host.start', { version: 'v1.3' })).toBe('Start Container Station: v1.3')
})

test('the type of a container is that of its details, else that of its target', () => {
  const message = (target: Event['target'], details?: Event['details']) =>
    messageOf(eventOf({ action: 'container.start', target, details }))
  expect(message({ type: 'lxc', name: 'utest' })).toBe('Start container (lxc, utest)')
  expect(message({ type: 'lxc', name: 'utest' }, { type: 'lxd' })).toBe(
    'Start container (lxd, utest)',
  )
  expect(message({ type: 'lxd', name: 'utest' }, { type: 'other' })).toBe(
    'Start container (lxd, utest)',
  )
})

describe.each(OUTCOMES)('every action of the catalogue, %s,', (outcome) => {
  const isReport = (action: string) => [...REPORTS, 'background-task.error'].includes(action)

  test('has words and not its own name', () => {
    for (const { action } of ACTIONS) {
      const message = messageOf(catalogueEvent(action, outcome))
      expect(message).not.toMatch(/\b[a-z][a-z-]*\.[a-z]/)
      expect(message, action).toMatch(/^(?:[A-Z]|commit container)/)
      if (isReport(action)) continue
      const isFailed = outcome === 'failure' || outcome === 'denied'
      expect(message.startsWith('Failed to '), message).toBe(isFailed)
      expect(message.startsWith('Start to '), message).toBe(outcome === 'pending')
    }
  })

  test('is read back as the same act with the same ending', () => {
    for (const { action } of ACTIONS.filter((entry) => !isReport(entry.action))) {
      const event = catalogueEvent(action, outcome)
      const level = outcome === 'failure' || outcome === 'denied' ? 'ERROR' : 'INFO'
      const row = { id: 1, ts: 1, level, category: 'system', user: 'a', message: messageOf(event) }
      const read = rowEvent(row, UTC)
      const ended = outcome === 'denied' ? 'failure' : outcome
      // Plain words are those of a success as well, where that has no words of its own.
      const possible = outcome === 'unknown' ? ['unknown', 'success'] : [ended]
      expect(possible, row.message).toContain(read.outcome)
      const isTask = ['image.pull', 'image.push'].includes(action)
      const same = [...actionsOfWords(actWords(action)), ...(isTask ? ['background-task.run'] : [])]
      expect(same, row.message).toContain(read.action)
    }
  })
})

test('a row is served again as it was read', () => {
  const texts = fc
    .constantFrom(...ACTIONS.map(({ action }) => action))
    .chain((action) =>
      fc.constantFrom(...OUTCOMES).map((outcome) => messageOf(catalogueEvent(action, outcome))),
    )
  const message = fc.oneof(texts, fc.constantFrom('Failed to fly', 'Start to rain', 'Sun: shines'))
  const level = fc.constantFrom(...LEVELS.map((one) => one.toUpperCase()))
  fc.assert(
    fc.property(message, level, (text, stated) => {
      const row = {
        id: 1,
        ts: 1628700795,
        level: stated,
        category: 'image',
        user: 'bob',
        message: text,
      }
      const event = rowEvent(row, UTC)
      const stored = eventOf({
        ...event,
        source: { kind: 'container-station', name: 'nas' },
        actor: { name: 'bob', kind: 'user' },
      } as Parameters<typeof eventOf>[0])
      const shown = presentRow({ event: stored, origin: 'o', seq: 0 }, UTC)
      const category = event.category === 'network' ? 'system' : 'image'
      expect(shown).toEqual({ ...row, category })
    }),
  )
})

test.each([
  ['Failed to create container (docker, d59bf8a8b229, dtest)', 'container.create', 'failure'],
  ['Failed to remove image (docker, busybox:1)', 'image.delete', 'failure'],
  ['Failed to remove network: net1', 'network.delete', 'failure'],
  ['Failed to update image list', 'host.log', 'failure'],
  ['Start to destroy container (lxc, utest)', 'container.delete', 'pending'],
  ['Rename container (docker, d59bf8a8b229, dtest)', 'container.rename', undefined],
  ['Download image (docker, busybox:1)', 'image.pull', 'unknown'],
  ['Download image from quay.io (docker, busybox:1)', 'image.pull', 'unknown'],
  ['Finished to push image (docker, busybox:1)', 'image.push', 'success'],
  ['Failed to push image (docker, busybox:1)', 'image.push', 'failure'],
  ['Push image (docker, busybox:1)', 'image.push', 'unknown'],
] as const)('%s is %s: %s', (message, action, outcome) => {
  const meaning = meaningOf(message)
  expect(meaning.action).toBe(action)
  expect(meaning.outcome).toBe(outcome)
})
