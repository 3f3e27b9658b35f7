import fc from 'fast-check'
import { expect, test } from 'vitest'
import { noticeEvent } from '../../../../../src/dialects/container-station/collect/notice-event.ts'
import { noticeText } from '../../../../../src/dialects/container-station/notices/notice.ts'
import { pythonJson } from '../../../../../src/dialects/container-station/notices/python-json.ts'
import { eventOf } from '../../../../support/store-events.ts'

const ID = '0f7bfee7f449aa24fff25cceb3dd994d9fc65a2e59a859acd9ce49c5a0356c1f'
const TIME = '2021-08-11T08:52:38.999999Z'

function textOf(fields: Parameters<typeof eventOf>[0], seq = 100): string | undefined {
  return noticeText({ event: eventOf({ time: TIME, ...fields }), origin: 'o', seq })
}

test.each([
  ['container.create', 'create'],
  ['container.start', 'start'],
  ['container.stop', 'stop'],
  ['container.restart', 'restart'],
  ['container.exit', 'die'],
  ['container.pause', 'pause'],
  ['container.unpause', 'unpause'],
  ['container.delete', 'destroy'],
])('%s is the state %s, for all users', (action, state) => {
  const target = { type: 'container', id: ID, name: 'web' }
  expect(textOf({ action, category: 'container', actor: null, target })).toBe(
    `container:all:1628671958:{"container": "web", "id": "${ID}", "state": "${state}", ` +
      '"type": "docker"}',
  )
})

test.each([
  ...['container.create', 'container.start', 'container.stop', 'container.restart'],
  ...['container.pause', 'container.unpause', 'container.delete'],
  ...['network.connect', 'network.disconnect', 'image.build', 'image.load', 'image.tag'],
  ...['image.untag', 'container.notify', 'image.notify', 'host.notify'],
])('%s is no state until it happened', (action) => {
  const details = { category: 'container', user: 'all', content: { state: 'start' } }
  const notice = (outcome: 'failure' | 'denied' | 'pending' | 'success') =>
    textOf({ action, outcome, target: { id: ID, name: 'web' }, details })
  expect(notice('failure')).toBeUndefined()
  expect(notice('denied')).toBeUndefined()
  expect(notice('pending')).toBeUndefined()
  expect(notice('success')).toBeDefined()
})

test('an exit with a code of failure is one, a denied one is none', () => {
  const target = { type: 'container', id: ID, name: 'web' }
  expect(textOf({ action: 'container.exit', outcome: 'failure', target })).toContain('"die"')
  expect(textOf({ action: 'container.exit', outcome: 'denied', target })).toBeUndefined()
})

test.each([
  ['image.pull', 'failure', '"state": "error"'],
  ['image.pull', 'denied', '"state": "error"'],
  ['image.pull', 'pending', '"category": "image_download", "container": "x", "state": "running"'],
  ['image.delete', 'failure', '"state": "error"'],
  ['image.delete', 'denied', '"state": "error"'],
  ['image.delete', 'pending', '"category": "image_remove", "container": "x", "state": "running"'],
  ['image.delete', 'unknown', '"action": "update", "category": "local", "id": "x"'],
  ['tag.delete', 'denied', '"state": "error"'],
  ['image.push', 'denied', '"result": -2, "state": "error"'],
  ['image.push', 'unknown', '"state": "running"'],
  ['background-task.run', 'denied', '"result": -2, "state": "error"'],
  ['container.export', 'denied', '"result": -2, "state": "error"'],
  ['container.export', 'unknown', '"state": "running"'],
  ['container.import', 'failure', '"result": -2, "state": "error"'],
  ['image.import', 'denied', '"result": -2, "state": "error"'],
] as const)('%s, %s, is not told as done', (action, outcome, expected) => {
  const text = textOf({ action, outcome, target: { name: 'x' } })
  expect(text).toContain(expected)
  expect(text).not.toMatch(/success|completed/)
})

test('a network names the container by its id alone', () => {
  const details = { container: ID, type: 'bridge' }
  expect(textOf({ action: 'network.connect', category: 'network', actor: null, details })).toBe(
    `container:all:1628671958:{"container": null, "id": "${ID}", "state": "connect", ` +
      '"type": "docker"}',
  )
})

test.each([
  [
    { action: 'image.pull', target: { name: 'busybox:latest', tag: 'latest' } },
    'image:alice:1628671958:{"action": "download", "name": "busybox", "repository": "dockerhub", ' +
      '"state": "success", "tag": "latest", "type": "docker"}',
  ],
  [
    { action: 'image.pull', outcome: 'failure', target: { name: 'busybox' }, actor: null },
    'image:system:1628671958:{"action": "download", "name": "busybox", ' +
      '"repository": "dockerhub", "state": "error", "tag": "", "type": "docker"}',
  ],
  [
    { action: 'image.delete', target: { name: 'busybox' } },
    'image:alice:1628671958:{"action": "delete", "name": "busybox", "state": "success", ' +
      '"type": "docker"}',
  ],
  [
    { action: 'image.untag', target: { name: 'busybox:1', tag: '1' } },
    'image:all:1628671958:{"action": "update", "category": "local", "id": "busybox:1", ' +
      '"state": "untag", "type": "docker"}',
  ],
  [
    { action: 'image.push', target: { namespace: 'acme', repository: 'app', tag: 'v1' } },
    'background:alice:1628671958:{"category": "image_push", "container": "acme/app:v1", ' +
      '"result": 0, "state": "completed", "tid": 101}',
  ],
  [
    {
      action: 'background-task.run',
      outcome: 'pending',
      target: { type: 'create', name: 'web' },
      details: { tid: 7 },
    },
    'background:alice:1628671958:{"category": "create", "container": "web", "state": "running", ' +
      '"tid": 7}',
  ],
  [
    {
      action: 'container.export',
      outcome: 'failure',
      target: { id: 'abc', name: 'web' },
      details: { path: '/share', type: 'lxc' },
    },
    'export:alice:1628671958:{"cid": "abc", "compress": false, "container": "web", ' +
      '"path": "/share", "result": -2, "state": "error", "tid": 101, "type": "lxc"}',
  ],
  [
    {
      action: 'container.import',
      target: { name: 'web' },
      details: { path: '/share', type: 'lxc' },
    },
    'import:alice:1628671958:{"cid": "web", "path": "/share", "result": 0, "state": "completed", ' +
      '"tid": 101, "type": "lxc"}',
  ],
] as const)('%j has its string', (fields, expected) => {
  expect(textOf(fields)).toBe(expected)
})

test('what Container Station has no word for has no string', () => {
  expect(textOf({ action: 'container.kill', category: 'container' })).toBeUndefined()
  expect(textOf({ action: 'repository.create', category: 'repository' })).toBeUndefined()
})

test('JSON is as Python writes it, and says the same', () => {
  expect(pythonJson({ name: 'é😀\u007f', list: [1, null, true], empty: {} })).toBe(
    '{"name": "\\u00e9\\ud83d\\ude00\\u007f", "list": [1, null, true], "empty": {}}',
  )
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      // JSON has no negative zero.
      const plain = JSON.parse(JSON.stringify(value))
      expect(JSON.parse(pythonJson(plain))).toEqual(plain)
    }),
  )
})

/** Strings of the vendor's page that are kept, and some that its log says as well. */
const KEPT = [
  `container:all:1628671958:{"container": null, "id": "${ID}", "state": "destroy"}`,
  'container:all:1628671946:{"container": "utest", "port": "add", "type": "lxc"}',
  'image:all:1628671991:{"action": "update", "from": "qnap"}',
  'weather:bob:1628671991:{"sun": 1}',
]
const SAID_BY_THE_LOG = [
  'image:admin:1628671995:{"action": "delete", "state": "success", "name": "busybox"}',
  'background:admin:1628671991:{"category": "image_download", "state": "completed", "result": 0}',
  'export:admin:1628671991:{"cid": "x"}',
]

test.each(KEPT)('%s is sent out unchanged', (text) => {
  const collected = noticeEvent(text, { index: 101, number: 3 })
  const event = eventOf({
    ...collected,
    source: { kind: 'container-station', name: 'nas' },
    actor: null,
  } as Parameters<typeof eventOf>[0])
  expect(noticeText({ event, origin: 'o', seq: 0 })).toBe(text)
})

test.each(SAID_BY_THE_LOG)('%s is left to the log', (text) => {
  expect(noticeEvent(text, { index: 0, number: 0 })).toBeUndefined()
})

test('an unreadable notice is kept unchanged', () => {
  const event = noticeEvent('container:all:nonsense', { index: 0, number: 0 })
  expect(event).toMatchObject({
    action: 'host.notify',
    details: { text: 'container:all:nonsense' },
  })
  const long = noticeEvent(`container:all:1:{"a": "${'x'.repeat(100_000)}"}`, {
    index: 0,
    number: 0,
  })
  expect(long?.details).toMatchObject({ length: 100_026 - 1 })
  expect(String(long?.details?.['text']).length).toBeLessThan(10_000)
})

test('equal strings of one window are two events, read again they are the same', () => {
  const [text = ''] = KEPT
  const id = (number: number) => noticeEvent(text, { index: 5, number })?.source?.eventId
  expect(id(0)).not.toBe(id(1))
  expect(id(1)).toBe(id(1))
})
