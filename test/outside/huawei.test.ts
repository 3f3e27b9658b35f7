import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { jsonOf, startWaybill, type WaybillProcess } from '../support/waybill-process.ts'
import { CLOSED_PROXY, LineDriver } from './line-driver.ts'
import { type Recipe, useInstalled } from './recipe.ts'

interface Client extends Recipe {
  /** Starts the installed driver; the address of the server follows. */
  readonly start: readonly string[]
  /** Calls with which it lists events. */
  readonly calls: readonly string[]
  /** Projects whose ids it can send, of these. */
  readonly oddProjects: readonly string[]
}

/** Names of tenants, which are the ids of their projects. */
const ODD_PROJECTS = ['team a+b@1', 'Prüfung à', 'Prüfung à/b'] as const

const CLIENTS: readonly Client[] = [
  {
    name: 'huawei-python',
    toolchain: [['python3', '--version']],
    install: [
      ['python3', '-m', 'venv', 'venv'],
      ['venv/bin/python', '-m', 'pip', 'install', '--quiet', '--requirement', 'requirements.txt'],
    ],
    start: ['venv/bin/python', 'driver.py'],
    calls: ['listEvents', 'listEventsAsync'],
    oddProjects: ODD_PROJECTS,
  },
  {
    name: 'huawei-go',
    toolchain: [['go', 'version']],
    install: [['go', 'build', '-o', 'driver', '.']],
    start: ['./driver'],
    calls: ['listEvents'],
    oddProjects: ODD_PROJECTS.slice(0, 2),
  },
  {
    name: 'huawei-java',
    toolchain: [
      ['java', '-version'],
      ['mvn', '--version'],
    ],
    install: [['mvn', '--batch-mode', '--quiet', 'compile', 'dependency:copy-dependencies']],
    start: [
      'java',
      ...['http', 'https'].flatMap((scheme) => [
        `-D${scheme}.proxyHost=${CLOSED_PROXY.host}`,
        `-D${scheme}.proxyPort=${CLOSED_PROXY.port}`,
      ]),
      '-Dhttp.nonProxyHosts=127.0.0.1',
      ...['-cp', 'target/classes:target/lib/*', 'Driver'],
    ],
    calls: ['listEvents', 'listEventsAsync'],
    oddProjects: ODD_PROJECTS.slice(0, 1),
  },
]

const PROJECT = '0f1e2d3c4b5a69788796a5b4c3d2e1f0'
const REGION = 'cn-north-4'
const PASSWORD = 'correct horse'
const ODD = "O'Brien (测试)~x y+*"
const ODD_TIME_MS = Date.UTC(2026, 10, 22, 12) + 1
const INT64_MAX = 2n ** 63n - 1n
const PLAIN_COUNT = 45

interface Row {
  readonly event_id: string
}
interface Answer {
  readonly status?: number
  readonly subject?: string
  readonly body?: { readonly total_num: number; readonly data_list: readonly Row[] }
}
interface Key {
  readonly ak: string
  readonly sk: string
}

let waybill: WaybillProcess
let folder: string
let reader: Key
let administrator: Key

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-outside-'))
  const config = join(folder, 'waybill.yaml')
  const tenants = [{ name: 'default', projectIds: [PROJECT], accounts: ['acme'] }]
  writeFileSync(config, JSON.stringify({ tenants, dialects: { hss: { region: REGION } } }))
  waybill = await startWaybill({ arguments: ['--config', config] })
  reader = await keyOf({ name: 'reader', tenant: 'default', roles: ['auditor'] })
  administrator = await keyOf({ name: 'root', tenant: null, roles: ['administrator'] })
  await post('/v1/events', [
    {
      action: 'image.push',
      nativeAction: ODD,
      time: '2026-11-22T12:00:00.001999Z',
      actor: { name: ODD },
      target: { type: ODD, name: ODD },
      client: { ip: '2001:db8::9' },
      message: ODD,
    },
    ...Array.from({ length: PLAIN_COUNT }, (_, index) => ({
      action: 'image.pull',
      time: '2026-11-23T12:00:00Z',
      actor: { name: `user-${index}` },
    })),
    ...ODD_PROJECTS.map((tenant) => ({ action: 'image.pull', tenant })),
  ])
})

afterAll(async () => {
  await waybill.stop()
  rmSync(folder, { recursive: true })
})

async function post<Body>(path: string, body: object): Promise<Body> {
  const headers = { 'Content-Type': 'application/json' }
  const response = await waybill.request(path, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  })
  expect(response.status).toBe(201)
  return jsonOf<Body>(response)
}

async function keyOf(user: { readonly name: string; readonly [member: string]: unknown }) {
  await post('/v1/users', { ...user, password: PASSWORD })
  const path = '/v1/access-keys'
  const pair = await post<{ accessKey: string; secretKey: string }>(path, { user: user.name })
  return { ak: pair.accessKey, sk: pair.secretKey }
}

describe.each(CLIENTS)('$name', (client) => {
  const installation = useInstalled(client)
  let driver: LineDriver | undefined

  afterAll(() => driver?.close())

  /** Bigints are numbers that JavaScript's would round. */
  function ask<Body = Answer>(call: string, members: object = {}): Promise<Body> {
    driver ??= new LineDriver([...client.start, waybill.url], installation())
    return driver.ask<Body>({ call, ...members })
  }

  const list = (query: object, members: object = { ...reader, project: PROJECT }) =>
    ask('listEvents', { ...members, query })

  test.each(client.calls)('%s reads a row with its access key', async (call) => {
    const query = { start_time: ODD_TIME_MS, end_time: ODD_TIME_MS }
    expect(await ask(call, { ...reader, project: PROJECT, query })).toMatchObject({
      status: 200,
      body: {
        total_num: 1,
        data_list: [
          {
            resource_name: ODD,
            resource_type: ODD,
            event_name: ODD,
            event_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
            event_type: 'image',
            source_ip: '2001:db8::9',
            user_name: ODD,
            time: ODD_TIME_MS,
            content: ODD,
          },
        ],
      },
    })
  })

  test('filters find what they name, whatever characters are in it', async () => {
    const names = ['resource_name', 'resource_type', 'event_name', 'user_name']
    for (const query of [
      ...names.map((name) => ({ [name]: ODD })),
      { source_ip: '2001:db8::9', event_type: 'image' },
      { user_name: ODD, event_name: '', limit: 200, offset: 0 },
    ]) {
      expect(await list(query)).toMatchObject({ status: 200, body: { total_num: 1 } })
    }
    for (const other of ["O'Brien (测试)~x y *", "O'Brien%20(测试)~x y+*", ODD.slice(1), '%']) {
      expect(await list({ user_name: other })).toMatchObject({ body: { total_num: 0 } })
    }
  })

  test('pages hold every row once', async () => {
    const rows: Row[] = []
    for (let offset = 0; offset <= PLAIN_COUNT; offset += 20) {
      const { body } = await list({ event_name: 'pull', limit: 20, offset })
      expect(body?.total_num).toBe(PLAIN_COUNT)
      rows.push(...(body?.data_list ?? []))
    }
    expect(rows).toHaveLength(PLAIN_COUNT)
    expect(new Set(rows.map((row) => row.event_id)).size).toBe(PLAIN_COUNT)
    const counted = await list({ event_name: 'pull', limit: 0 })
    expect(counted.body).toMatchObject({ total_num: PLAIN_COUNT, data_list: [] })
    expect(await list({ event_name: 'pull', offset: 2_000_000 })).toMatchObject({
      status: 200,
      body: { data_list: [] },
    })
  })

  test('times reach from 0 to the largest 64-bit number', async () => {
    const whole = await list({ start_time: 0, end_time: INT64_MAX })
    expect(whole.body?.total_num).toBe(PLAIN_COUNT + 1)
    const late = await list({ start_time: INT64_MAX, end_time: INT64_MAX })
    expect(late).toMatchObject({ status: 200, body: { total_num: 0 } })
  })

  test('a refusal has its status, code, message and request id', async () => {
    const requestId = expect.stringMatching(/^[0-9a-f]{32}$/)
    const parameter = { status: 400, code: 'HSS.0001', message: 'Invalid parameter.', requestId }
    for (const query of [
      { limit: 201 },
      { limit: -1 },
      { offset: 2_000_001 },
      { offset: -1 },
      { start_time: 2, end_time: 1 },
    ]) {
      expect(await list(query)).toMatchObject(parameter)
    }
    const forbidden = { status: 400, code: 'HSS.0013', message: 'Insufficient permissions.' }
    expect(await list({}, { ...reader, project: 'another' })).toMatchObject(forbidden)
    const unknown = { status: 401, code: 'APIGW.0301', requestId }
    expect(await list({}, { ...reader, sk: 'wrong', project: PROJECT })).toMatchObject({
      ...unknown,
      message: expect.stringContaining('verify aksk signature fail'),
    })
    expect(await list({}, { ...reader, ak: 'NOBODY', project: PROJECT })).toMatchObject({
      ...unknown,
      message: expect.stringContaining('ak NOBODY not exist'),
    })
    expect(await ask('unknownOperation', { ...reader, project: PROJECT })).toMatchObject({
      status: 404,
      code: 'APIGW.0101',
      requestId,
    })
  })

  test('the project of a region is looked up in IAM', async () => {
    expect(await list({}, { ...reader, region: REGION })).toMatchObject({
      body: { total_num: PLAIN_COUNT + 1 },
    })
    const elsewhere = await list({}, { ...reader, region: 'cn-south-1' })
    expect(elsewhere).toEqual({
      message: expect.stringMatching(/failed to get project id of region 'cn-south-1'/i),
    })
    // The credentials of an account ask IAM for its id first.
    expect(await ask('listProjects', { ...reader, region: REGION })).toMatchObject({
      status: 200,
      body: { projects: [{ id: PROJECT, name: REGION, domain_id: 'acme' }] },
    })
  })

  test.each(client.oddProjects)('a project called %s is read', async (project) => {
    expect(await list({}, { ...administrator, project })).toMatchObject({
      status: 200,
      body: { total_num: 1 },
    })
  })

  test('a name and a password get a token, which reads', async () => {
    const account = { user: 'reader', password: PASSWORD, account: 'acme', scope: REGION }
    const created = await ask('createToken', account)
    expect(created).toMatchObject({
      status: 201,
      subject: expect.stringMatching(/^\S{40,}$/),
      body: { token: { project: { id: PROJECT }, user: { name: 'reader' } } },
    })
    const token = created.subject
    const otherKey = { ak: 'NOBODY', sk: 'wrong' }
    expect(await list({}, { ...otherKey, project: PROJECT, token })).toMatchObject({
      status: 200,
      body: { total_num: PLAIN_COUNT + 1 },
    })
    expect(await ask('listProjects', { token })).toMatchObject({
      body: { projects: [{ id: PROJECT }] },
    })
    expect(await ask('showToken', { token, subject: token })).toMatchObject({
      status: 200,
      subject: token,
      body: { token: { user: { name: 'reader' } } },
    })
    expect(await ask('createToken', { ...account, password: 'wrong' })).toMatchObject({
      status: 401,
      message: expect.stringContaining('The username or password is wrong.'),
    })
    expect(await list({}, { ...reader, project: PROJECT, token: 'none' })).toMatchObject({
      status: 401,
      message: expect.stringContaining('decrypt token fail'),
    })
  })
})
