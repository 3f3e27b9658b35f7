import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { jsonOf, startWaybill, type WaybillProcess } from '../support/waybill-process.ts'
import { CLOSED_PROXY } from './line-driver.ts'
import { useInstalled } from './recipe.ts'
import { runIn } from './run-in.ts'

/** Requests that are generated for each operation and phase, so that a run is short. */
const EXAMPLES_MAX = '3'
/** Principals, with the seconds that a run takes at most: an administrator may do everything. */
const SECONDS_MAX: readonly (readonly [string, string])[] = [
  ['administrator', '75'],
  ['reader', '12'],
  ['writer', '12'],
]
/** Longest time for the linter, in milliseconds; it takes a few seconds. */
const LINT_MS_MAX = 120_000

interface Principal {
  readonly role: string
  readonly token: string
  readonly protectedIds: readonly string[]
}

let waybill: WaybillProcess
const principals: Principal[] = []

beforeAll(async () => {
  waybill = await startWaybill()
  const { id: alice } = await made('/v1/users', {
    name: 'alice',
    tenant: 'default',
    roles: ['member'],
  })
  await made('/v1/grants', { user: 'alice', role: 'admin', namespace: 'team' })
  const { id: writer } = await made('/v1/users', {
    ...{ name: 'writer', tenant: 'default', roles: ['writer'] },
  })
  const own = await jsonOf<{ tokens: readonly { id: string }[] }>(waybill.request('/v1/tokens'))
  const users = await jsonOf<{ users: readonly { id: string }[] }>(waybill.request('/v1/users'))
  const protectedIds = [...own.tokens, ...users.users].map(({ id }) => id)
  principals.push({ role: 'administrator', token: waybill.adminToken, protectedIds })
  for (const [user, scope] of [
    ['alice', 'events:read'],
    ['writer', 'events:write'],
  ] as const) {
    const { token } = await made('/v1/tokens', { user, name: user, scopes: [scope] })
    const role = user === 'writer' ? 'writer' : 'reader'
    principals.push({ role, token, protectedIds: [...protectedIds, alice, writer] })
  }
})
afterAll(() => waybill?.stop())

async function made(path: string, body: object): Promise<{ id: string; token: string }> {
  const answer = await waybill.request(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
  expect(answer.status).toBe(201)
  return Object(await answer.json())
}

describe('redocly', () => {
  const folder = useInstalled({
    name: 'redocly',
    toolchain: [['npm', '--version']],
    install: [['npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund']],
  })

  test('finds neither an error nor a warning in the document', async () => {
    const proxy = `http://${CLOSED_PROXY.host}:${CLOSED_PROXY.port}`
    const environment = [`http_proxy=${proxy}`, `https_proxy=${proxy}`, 'no_proxy=127.0.0.1']
    environment.push('REDOCLY_TELEMETRY=off', 'REDOCLY_SUPPRESS_UPDATE_NOTICE=true')
    const lint = ['node_modules/.bin/redocly', 'lint', `${waybill.url}/openapi.json`]
    const text = await runIn(folder(), ['env', ...environment, ...lint], LINT_MS_MAX)
    expect(text).toContain('Your API description is valid')
  })
})

describe('schemathesis', () => {
  const folder = useInstalled({
    name: 'schemathesis',
    toolchain: [['python3', '--version']],
    install: [
      ['python3', '-m', 'venv', 'venv'],
      ['venv/bin/python', '-m', 'pip', 'install', '--quiet', '--requirement', 'requirements.txt'],
    ],
  })

  test.each(SECONDS_MAX)(
    'every request that the document allows is answered as it says, for a %s',
    async (role, secondsMax) => {
      const principal = principals.find((one) => one.role === role)
      if (principal === undefined) throw new Error('not made')
      const { code, text } = await run(folder(), principal, secondsMax)
      expect(text).toMatch(/Operations:/)
      expect(code, text).toBe(0)
      process.stdout.write(text.slice(text.indexOf('SUMMARY') - 10))
    },
  )
})

/** What Schemathesis prints about the requests of a principal. */
function run(
  cwd: string,
  { role, token, protectedIds }: Principal,
  secondsMax: string,
): Promise<{ code: unknown; text: string }> {
  const argv = [
    '-m',
    'schemathesis.cli',
    'run',
    `${waybill.url}/openapi.json`,
    '--seed',
    '1',
    '--checks',
    'all',
  ]
  argv.push(
    '--max-examples',
    EXAMPLES_MAX,
    '--max-time',
    secondsMax,
    '--phases',
    'examples,fuzzing',
  )
  argv.push('--header', `Authorization: Bearer ${token}`, '--no-color')
  const env = { ...process.env, ROLE: role, PROTECTED_IDS: protectedIds.join(','), PYTHONPATH: cwd }
  return new Promise((resolve) => {
    execFile(
      join(cwd, 'venv', 'bin', 'python'),
      argv,
      { cwd, env, maxBuffer: 2 ** 26 },
      (error, out, bad) => {
        resolve({ code: error === null ? 0 : error.code, text: `${out}\n${bad}` })
      },
    )
  })
}
