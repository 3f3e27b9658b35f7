import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startWaybill, type WaybillProcess } from '../../support/waybill-process.ts'

/** Events that make the answers of the vendor's page; times are those of a wall in UTC. */
const EVENTS = [
  [
    'image',
    '2021-08-11T16:53:11.506500Z',
    'Finished background task (image_download, busybox:latest)',
  ],
  ['image', '2021-08-11T16:53:15.461287Z', 'Image removed (docker, busybox:latest)'],
  ['image', '2021-08-11T16:53:20.631352Z', 'Registry add: test, https://test.registry.com'],
  ['image', '2021-08-11T16:53:21.913763Z', 'Registry edit: new_test'],
  ['image', '2021-08-11T16:53:22.799467Z', 'Registry remove: new_test'],
  [
    'container',
    '2021-08-11T16:50:18.481793Z',
    'Failed to add device "disk0": Missing source path "/share/test/selenium" for disk "disk0"',
  ],
] as const

const folder = mkdtempSync(join(tmpdir(), 'waybill-vendor-page-'))
let waybill: WaybillProcess

beforeAll(async () => {
  waybill = await startWaybill()
  const user = {
    name: 'admin',
    tenant: 'default',
    password: 'admin-password',
    roles: ['administrator'],
  }
  await post('/v1/users', user)
  const actor = { name: 'admin', kind: 'user' }
  const rows = EVENTS.map(([category, time, message]) => ({
    ...{ action: 'host.log', category, time, message, actor },
    level: message.startsWith('Failed') ? 'error' : 'info',
  }))
  const start = {
    action: 'container.start',
    time: '2021-08-11T16:40:00Z',
    target: { type: 'container', name: 'utest' },
    details: { type: 'lxc', image: 'ubuntu-bionic:latest' },
  }
  await post('/v1/events', [start, ...rows])
})

afterAll(async () => {
  await waybill.stop()
  rmSync(folder, { recursive: true })
})

async function post(path: string, body: object): Promise<void> {
  const answer = await waybill.request(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
  expect(answer.status).toBe(201)
}

/** Runs a line of the vendor's documentation as it stands there. */
async function sh(line: string): Promise<string> {
  const { hostname, port } = new URL(waybill.url)
  const { stdout } = await promisify(execFile)('sh', ['-c', line], {
    cwd: folder,
    env: { PATH: process.env['PATH'], QIP: hostname, QPORT: port },
  })
  return stdout
}

test('a session is opened as the vendor opens it', async () => {
  const login = `curl -sq -XPOST -c cookies.txt \
    -d '{"username": "admin", "password": "admin-password"}' \
    http://\${QIP}:\${QPORT}/container-station/api/v1/login`
  const answer = await sh(login)
  const time = /"logintime": "(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)"/.exec(answer)?.[1]
  const session = { anonymous: false, isAdmin: true, logintime: time, username: 'admin' }
  expect(answer).toBe(`${JSON.stringify(session, null, 2)}\n`)
})

/** A line of the page after its first one. */
function page(method: string, path: string): string {
  const address = '"http://$QIP:$QPORT/container-station/api/v1'
  return `curl -sq -X${method} -b cookies.txt ${address}${path}"`
}

test('the rows of the page', async () => {
  const line = page('GET', '/log?limit=5&category=image,export')
  expect(JSON.parse(await sh(line))).toEqual([
    row(11, 'Registry remove: new_test', 1628700802),
    row(10, 'Registry edit: new_test', 1628700801),
    row(9, 'Registry add: test, https://test.registry.com', 1628700800),
    row(8, 'Image removed (docker, busybox:latest)', 1628700795),
    row(7, 'Finished background task (image_download, busybox:latest)', 1628700791),
  ])
})

function row(id: number, message: string, ts: number) {
  return { category: 'image', id, level: 'INFO', message, ts, user: 'admin' }
}

test('the export of the page, byte for byte', async () => {
  const line = page('GET', '/log/export')
  expect(await sh(line)).toBe(
    [
      'Date,Level,Category,User,Message',
      '2021-08-11 16:40:00.000000,INFO,container,system,"Start container (lxc, utest)"',
      '2021-08-11 16:50:18.481793,ERROR,container,admin,"Failed to add device ""disk0"": Missing ' +
        'source path ""/share/test/selenium"" for disk ""disk0"""',
      '2021-08-11 16:53:11.506500,INFO,image,admin,"Finished background task ' +
        '(image_download, busybox:latest)"',
      '2021-08-11 16:53:15.461287,INFO,image,admin,"Image removed (docker, busybox:latest)"',
      '2021-08-11 16:53:20.631352,INFO,image,admin,"Registry add: test, https://test.registry.com"',
      '2021-08-11 16:53:21.913763,INFO,image,admin,Registry edit: new_test',
      '2021-08-11 16:53:22.799467,INFO,image,admin,Registry remove: new_test',
      '',
    ].join('\r\n'),
  )
})

test('the feed of the page', async () => {
  const line = page('GET', '/event')
  expect(await sh(line)).toBe(
    '{\n  "index": 5,\n  "messages": [\n' +
      '    "container:all:1628700000:{\\"container\\": \\"utest\\", \\"state\\": \\"start\\", ' +
      '\\"type\\": \\"lxc\\"}"\n' +
      '  ],\n  "offset": 13\n}\n',
  )
})

test('a wait whose time ends answers what is known, with status 200', async () => {
  const line = page('GET', '/event/wait/lxc/utest/stopped?duration=5')
  expect(JSON.parse(await sh(line))).toEqual({
    cpu: 0,
    id: 'utest',
    image: 'ubuntu-bionic:latest',
    ipaddress: [],
    memory: 0,
    name: 'utest',
    rx: 0,
    state: 'running',
    tcpPort: [],
    tx: 0,
    type: 'lxc',
  })
})

test('clearing answers the number of rows in one line of an object', async () => {
  const line = page('DELETE', '/log')
  expect(await sh(line)).toBe('{\n  "records": 7\n}\n')
})

test('a session ends as the vendor ends it', async () => {
  const line = page('PUT', '/logout')
  expect(await sh(line)).toBe('{\n  "username": "admin"\n}\n')
})
