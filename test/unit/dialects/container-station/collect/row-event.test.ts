import { expect, test } from 'vitest'
import {
  type LogRow,
  readRow,
  rowEvent,
  rowEventId,
} from '../../../../../src/dialects/container-station/collect/row-event.ts'
import { meaningOf } from '../../../../../src/dialects/container-station/collect/row-templates.ts'
import { WallClock } from '../../../../../src/dialects/container-station/log/wall-clock.ts'

const ROW: LogRow = {
  id: 56,
  ts: 1628700795,
  level: 'INFO',
  category: 'image',
  user: 'admin',
  message: 'Image removed (docker, busybox:latest)',
}

test('a row is an act at its true time', () => {
  expect(rowEvent(ROW, new WallClock(480))).toMatchObject({
    time: '2021-08-11T08:53:15.000000Z',
    action: 'image.delete',
    nativeAction: 'log',
    category: 'image',
    level: 'info',
    outcome: 'success',
    actor: { name: 'admin', kind: 'user' },
    target: { type: 'image', name: 'busybox:latest', tag: 'latest' },
    message: ROW.message,
    details: { id: 56, ts: 1628700795, type: 'docker' },
  })
})

test.each([
  ['Create container (docker, d59bf8a8b229, dtest)', 'container.create', 'dtest'],
  ['Destroy container (lxc, utest)', 'container.delete', 'utest'],
  ['commit container (docker, 5b4b96c56fd7, aaa:v1)', 'container.commit', undefined],
  ['Start to do background task (create, ubuntu-1)', 'background-task.run', 'ubuntu-1'],
  ['Background task error for create lxdTest: Failed: x', 'background-task.error', 'lxdTest'],
  ['Kill application: joomla', 'container-application.kill', 'joomla'],
  ['Create a new redmine application: r1', 'container-application.create', 'r1'],
  ['Registry add: test, https://test.registry.com', 'image-registry.add', 'test'],
  ['Registry edit: new_test', 'image-registry.change', 'new_test'],
  ['Create network: n1', 'network.create', 'n1'],
  ['Prune all unused volumes: a,b', 'volume.prune', undefined],
  ['Finished export container (lxc, utest) to /share/x', 'container.export', 'utest'],
  ['Add backup target nas2 (10.0.0.2:8899)', 'backup-target.add', 'nas2'],
  ['System logs are cleared', 'log.clear', undefined],
  ['Start Container Station: v1.3', 'host.start', undefined],
  ['Keep original data folder /share/Container', 'host.log', undefined],
])('%s is %s', (message, action, name) => {
  const meaning = meaningOf(message)
  expect(meaning.action).toBe(action)
  expect(meaning.target?.name).toBe(name)
})

test('how far a task is and how it ended is its outcome', () => {
  const outcome = (message: string, level = 'INFO') =>
    rowEvent({ ...ROW, message, level }, new WallClock(0)).outcome
  expect(outcome('Start to do background task (create, x)')).toBe('pending')
  expect(outcome('Failed to do background task (create, x)', 'ERROR')).toBe('failure')
  expect(outcome('Something odd', 'ERROR')).toBe('failure')
  expect(outcome('Finished to download image from dockerhub (docker, a:1)')).toBe('success')
})

test('a port of a registry is no tag', () => {
  expect(meaningOf('Image removed (docker, host:5000/a/b)').target).toEqual({
    type: 'image',
    name: 'host:5000/a/b',
  })
})

test('an id that is used again names another row', () => {
  expect(rowEventId({ ...ROW, ts: ROW.ts + 1 })).not.toBe(rowEventId(ROW))
  expect(rowEventId({ ...ROW })).toBe(rowEventId(ROW))
})

test('what is no row is not read as one', () => {
  expect(readRow({ ...ROW, id: '56' })).toBeUndefined()
  expect(readRow({ ...ROW, message: { a: 1 } })).toEqual({ ...ROW, message: '{"a":1}' })
  expect(readRow([])).toBeUndefined()
})

test('a message over the limit is cut, and says how long it was', () => {
  const event = rowEvent({ ...ROW, message: 'x'.repeat(100_000) }, new WallClock(0))
  expect(event.message).toHaveLength(8192)
  expect(event.details).toMatchObject({ messageLength: 100_000 })
})

test('a clock that shows no possible time leaves the time to the receipt', () => {
  expect(rowEvent({ ...ROW, ts: -5 }, new WallClock(0)).time).toBeUndefined()
})

test('an unknown category or level is kept in the details', () => {
  const event = rowEvent({ ...ROW, category: 'weather', level: 'LOUD' }, new WallClock(0))
  expect(event).toMatchObject({ category: 'system', level: 'info' })
  expect(event.details).toMatchObject({ category: 'weather', level: 'LOUD' })
})
