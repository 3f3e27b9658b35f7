import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { jsonOf, startWaybill, type WaybillProcess } from '../support/waybill-process.ts'
import { CLOSED_PROXY } from './line-driver.ts'
import { useInstalled } from './recipe.ts'
import { runIn } from './run-in.ts'

/** Longest time for a run, in milliseconds, so that it ends; one takes some ten seconds. */
const RUN_MS_MAX = 300_000
/**
 * Requests that are generated for each operation, so that a run is short. An administrator may do
 * everything, most is refused to the others. Of those that are to be invalid several are valid:
 * which part of a request is to be wrong is drawn, and not every part can be.
 */
const RUNS = [
  { role: 'administrator', mode: 'positive', requests: 2 },
  { role: 'administrator', mode: 'negative', requests: 6 },
  { role: 'reader', mode: 'all', requests: 3 },
  { role: 'writer', mode: 'all', requests: 3 },
] as const
/** Seeds of the runs: the second is for operations to which the first sent nothing of a kind. */
const SEEDS = [1, 2] as const
/** Longest time for the linter, in milliseconds; it takes a few seconds. */
const LINT_MS_MAX = 120_000

interface Principal {
  readonly role: string
  readonly token: string
  readonly protectedIds: readonly string[]
}

interface Operation {
  /** As Schemathesis names it. */
  readonly label: string
  /** Whether a request can be invalid by more than its path. */
  readonly canRefuse: boolean
}

interface Described {
  readonly parameters?: readonly { readonly in: string }[]
  readonly requestBody?: unknown
}

type Paths = Readonly<Record<string, Readonly<Record<string, Described>>>>

/** Left out: by Schemathesis itself what it reads, by `schemathesis.toml` the others. */
const LEFT_OUT = /^GET \/openapi\.json$|^GET \/v1\/events\/stream$|\/exportlogs$/

const folderOfRuns = mkdtempSync(join(tmpdir(), 'waybill-schemathesis-'))
let waybill: WaybillProcess
const principals: Principal[] = []
let tested: readonly Operation[]

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
  const { paths } = await jsonOf<{ paths: Paths }>(waybill.request('/openapi.json'))
  tested = Object.entries(paths)
    .flatMap(([path, item]) => operationsOf(path, item))
    .sort(byLabel)
})
afterAll(async () => {
  await waybill?.stop()
  rmSync(folderOfRuns, { recursive: true })
})

function operationsOf(path: string, item: Paths[string]): readonly Operation[] {
  return Object.entries(item)
    .map(([method, { parameters = [], requestBody }]) => ({
      label: `${method.toUpperCase()} ${path}`,
      canRefuse: requestBody !== undefined || parameters.some((one) => one.in === 'query'),
    }))
    .filter(({ label }) => !LEFT_OUT.test(label))
}

const byLabel = (one: Operation, other: Operation) => (one.label < other.label ? -1 : 1)

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

  test.concurrent.each(RUNS)(
    'every operation answers as the document says, for a $role, requests: $mode',
    async ({ role, mode, requests }) => {
      const principal = principals.find((one) => one.role === role)
      if (principal === undefined) throw new Error('not made')
      const isNegative = mode === 'negative'
      const expected = isNegative ? tested.filter(({ canRefuse }) => canRefuse) : tested
      let unreached = expected.map(({ label }) => label)
      for (const seed of SEEDS) {
        if (unreached.length === 0) break
        const only = seed === SEEDS[0] ? [] : unreached
        const drawn = { mode, requests: requests * seed, seed, only }
        const sent = await run(folder(), principal, drawn)
        const reached = isNegative ? sent.negative : sent.positive
        unreached = unreached.filter((label) => !reached.includes(label))
      }
      expect(unreached).toEqual([])
    },
  )
})

/** Which requests are drawn. */
interface Drawn {
  readonly mode: (typeof RUNS)[number]['mode']
  /** For each operation, at most. */
  readonly requests: number
  readonly seed: number
  /** Operations to send them to; none for all. */
  readonly only: readonly string[]
}

/**
 * Has Schemathesis send valid requests, invalid ones or both, and fails when an answer is not as
 * the document says.
 *
 * @returns the operations that each kind of requests was sent to.
 */
async function run(
  cwd: string,
  { role, token, protectedIds }: Principal,
  { mode, requests, seed, only }: Drawn,
): Promise<Record<'positive' | 'negative', readonly string[]>> {
  const sentPath = join(folderOfRuns, `${role}-${mode}-${seed}.json`)
  const argv = ['-m', 'schemathesis.cli', 'run', `${waybill.url}/openapi.json`, '--no-color']
  argv.push(
    '--seed',
    String(seed),
    '--checks',
    'all',
    '--phases',
    'examples,fuzzing',
    '--mode',
    mode,
  )
  argv.push('--warnings', 'off', '--max-examples', String(requests))
  for (const label of only) argv.push('--include-name', label)
  argv.push('--header', `Authorization: Bearer ${token}`)
  const more = { ROLE: role, PROTECTED_IDS: protectedIds.join(','), SENT_PATH: sentPath }
  const environment = Object.entries({ ...more, PYTHONPATH: cwd }).map((pair) => pair.join('='))
  const python = join(cwd, 'venv', 'bin', 'python')
  const text = await runIn(cwd, ['env', ...environment, python, ...argv], RUN_MS_MAX)
  process.stdout.write(`${role}, ${mode}: ${text.slice(text.indexOf('SUMMARY'))}`)
  return JSON.parse(readFileSync(sentPath, 'utf8'))
}
