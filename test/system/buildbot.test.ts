import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Buildbot, startBuildbot } from '../support/buildbot.ts'
import { eventually } from '../support/eventually.ts'
import { jsonOf, startWaybill, type WaybillProcess } from '../support/waybill-process.ts'

interface Row {
  readonly [member: string]: unknown
}

interface Log {
  readonly count: number
  readonly data: readonly Row[]
}

const folder = mkdtempSync(join(tmpdir(), 'waybill-buildbot-'))
let waybill: WaybillProcess
let buildbot: Buildbot
let opseraToken: string

beforeAll(async () => {
  waybill = await startWaybill()
  opseraToken = await createToken('admin', 'api')
  await create('/v1/users', { name: 'buildbot', kind: 'service', roles: ['writer'] })
  buildbot = await startBuildbot({
    folder: join(folder, 'master'),
    report: {
      url: `${waybill.url}/v1/sources/buildbot/ci`,
      token: await createToken('buildbot', 'events:write'),
    },
  })
})

afterAll(async () => {
  await buildbot?.stop()
  await waybill?.stop()
  rmSync(folder, { recursive: true, force: true })
})

test('the steps of a build are rows of the pipeline log once each', async () => {
  await buildbot.change('Alice <alice@example.com>')
  const { count, data } = await finished(1)
  expect(count).toBe(data.length)
  expect(inOrder(data)).toEqual([
    ['new', undefined, undefined, 'running'],
    ['finished', 0, 'worker_preparation', 'success'],
    ['finished', 1, 'compile', 'success'],
    ['finished', 2, 'test', 'failure'],
    ['finished', undefined, undefined, 'failure'],
  ])
  const compile = data.find((row) => row['step_name'] === 'compile')
  expect(compile).toMatchObject({
    tool_identifier: 'buildbot',
    message: "compile: 'true'",
    run_count: 1,
    api_response: { name: 'compile', number: 1, complete: true, results: 0, hidden: false },
  })
  expect(new Set(data.map((row) => row['pipeline_id'])).size).toBe(1)
  const actions = await ask('/api/v1/logs/user/actions?type=pipeline')
  expect(actions.data.map((row) => [row['user_email'], row['action']])).toEqual([
    ['alice@example.com', 'run-failed'],
    ['alice@example.com', 'run-pending'],
  ])
})

test('another build of the same builder has rows of its own', async () => {
  await buildbot.change('bob')
  const { data } = await finished(2)
  expect(data.map((row) => row['run_count']).sort()).toEqual([1, 1, 1, 1, 1, 2, 2, 2, 2, 2])
  expect(new Set(data.map((row) => row['_id'])).size).toBe(10)
  expect(new Set(data.map((row) => row['pipeline_id'])).size).toBe(1)
})

/** The pipeline log once so many builds ended. */
function finished(builds: number): Promise<Log> {
  return eventually(
    () => ask('/api/v1/logs/pipelines'),
    ({ data }) => data.filter(isFinishedBuild).length === builds,
    { what: `${builds} builds ended`, deadlineMs: 60_000 },
  )
}

function isFinishedBuild(row: Row): boolean {
  return row['action'] === 'finished' && row['step_name'] === undefined
}

/** What happened, the oldest first. */
function inOrder(rows: readonly Row[]): readonly unknown[] {
  const told = rows.map((row) => [
    row['action'],
    row['step_index'],
    row['step_name'],
    row['status'],
  ])
  return told.reverse()
}

function ask(path: string): Promise<Log> {
  const headers = { Authorization: `Bearer ${opseraToken}` }
  return jsonOf<Log>(waybill.request(path, { headers }))
}

async function createToken(user: string, scope: string): Promise<string> {
  const { token } = await create<{ token: string }>('/v1/tokens', { user, scopes: [scope] })
  return token
}

function create<Body>(path: string, body: object): Promise<Body> {
  const headers = { 'Content-Type': 'application/json' }
  return jsonOf<Body>(
    waybill.request(path, { method: 'POST', headers, body: JSON.stringify(body) }),
  )
}
