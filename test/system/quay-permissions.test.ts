import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { jsonOf, startWaybill, type WaybillProcess } from '../support/waybill-process.ts'

/** Who asks: a user, what it is given, and the scopes of its token. */
const ROLES: Readonly<Record<string, Role>> = {
  nobody: {},
  'a stranger': { user: {} },
  'the namespace itself': { user: { name: 'acme' } },
  'an admin of the namespace': { user: {}, grants: [{ role: 'admin', namespace: 'acme' }] },
  'an admin of the repository': {
    user: {},
    grants: [{ role: 'admin', namespace: 'acme', repository: 'app' }],
  },
  'a writer of the namespace': { user: {}, grants: [{ role: 'write', namespace: 'acme' }] },
  'a reader of the repository': {
    user: {},
    grants: [{ role: 'read', namespace: 'acme', repository: 'app' }],
  },
  'a superuser': { user: { roles: ['administrator'] } },
  'a read-only superuser': { user: { roles: ['auditor'] } },
  'a superuser of another tenant': { user: { roles: ['administrator'], tenant: 'other' } },
  'a superuser without the scopes': { user: { roles: ['administrator'] }, scopes: ['user:read'] },
}

interface Role {
  readonly user?: { readonly name?: string; readonly roles?: string[]; readonly tenant?: string }
  readonly grants?: readonly { role: string; namespace: string; repository?: string }[]
  readonly scopes?: readonly string[]
}

const SCOPES = ['user:admin', 'org:admin', 'repo:admin', 'super:user']

const READS = ['logs', 'aggregatelogs']
/** What is asked: the subjects, each with its operations. */
const ROUTES: Readonly<Record<string, readonly string[]>> = {
  user: READS.map((operation) => `GET user/${operation}`),
  'user, export': ['POST user/exportlogs'],
  organization: READS.map((operation) => `GET organization/acme/${operation}`),
  'organization, export': ['POST organization/acme/exportlogs'],
  repository: READS.map((operation) => `GET repository/acme/app/${operation}`),
  'repository, export': ['POST repository/acme/app/exportlogs'],
  'no repository': READS.map((operation) => `GET repository/acme/none/${operation}`),
  'no repository, export': ['POST repository/acme/none/exportlogs'],
  'no organization': READS.map((operation) => `GET organization/none/${operation}`),
  'no organization, export': ['POST organization/none/exportlogs'],
  'the registry': READS.map((operation) => `GET superuser/${operation}`),
}

/**
 * The answers, role by role, in the order of the routes;
 * 400 for a namespace that there is not, which is told to those who may see all of them.
 */
const MATRIX: Readonly<Record<string, string>> = {
  nobody: '401 403 401 403 401 403 401 403 401 403 401',
  'a stranger': '200 200 403 403 403 403 403 403 403 403 403',
  'the namespace itself': '200 200 200 200 200 200 404 404 403 403 403',
  'an admin of the namespace': '200 200 200 200 200 200 404 404 403 403 403',
  'an admin of the repository': '200 200 403 403 200 200 403 403 403 403 403',
  'a writer of the namespace': '200 200 403 403 403 403 403 403 403 403 403',
  'a reader of the repository': '200 200 403 403 403 403 403 403 403 403 403',
  'a superuser': '200 200 200 200 200 200 404 404 400 400 200',
  'a read-only superuser': '200 200 200 200 200 403 404 403 400 400 200',
  'a superuser of another tenant': '200 200 400 400 404 404 404 404 400 400 200',
  'a superuser without the scopes': '403 403 403 403 403 403 403 403 403 403 403',
}

const ERROR_TYPES: Readonly<Record<string, readonly [type: string, detail: string]>> = {
  401: ['invalid_token', 'Requires authentication'],
  403: ['insufficient_scope', 'Unauthorized'],
  404: ['not_found', 'Not Found'],
}

/** An address of this machine at which nothing listens. */
const RECEIVER = JSON.stringify({ callback_url: 'http://127.0.0.9:9/quay' })

let waybill: WaybillProcess
const tokens = new Map<string, string>()

beforeAll(async () => {
  waybill = await startWaybill({ arguments: ['--exports-allowed-hosts', '127.0.0.9'] })
  await send('/v1/events', {
    action: 'image.push',
    target: { namespace: 'acme', repository: 'app' },
  })
  for (const [name, role] of Object.entries(ROLES)) {
    if (role.user !== undefined) tokens.set(name, await tokenOf(name, role))
  }
})

afterAll(() => waybill.stop())

test('the matrix names every role and every route', () => {
  expect(Object.keys(MATRIX)).toEqual(Object.keys(ROLES))
  for (const statuses of Object.values(MATRIX)) {
    expect(statuses.split(' ')).toHaveLength(Object.keys(ROUTES).length)
  }
})

describe.each(Object.entries(MATRIX))('%s', (role, statuses) => {
  const cases = Object.entries(ROUTES).flatMap(([, routes], index) =>
    routes.map((route) => [route, statuses.split(' ')[index] ?? ''] as const),
  )
  test.each(cases)('%s: %s', async (route, status) => {
    const [method = '', path = ''] = route.split(' ')
    const response = await waybill.request(`/api/v1/${path}`, {
      method,
      headers: {
        // An empty one is none: as nobody.
        Authorization: tokens.has(role) ? `Bearer ${tokens.get(role)}` : '',
        ...(method === 'POST' && { 'Content-Type': 'application/json' }),
      },
      ...(method === 'POST' && { body: RECEIVER }),
    })
    const body = await jsonOf<Record<string, unknown>>(response)
    expect([response.status, body]).toEqual([Number(status), expectedBody(role, route, status)])
  })
})

function expectedBody(role: string, route: string, status: string): unknown {
  if (status === '200') {
    if (route.endsWith('exportlogs')) return { export_id: expect.stringMatching(/^[0-9a-f-]{36}$/) }
    return route.endsWith('aggregatelogs')
      ? { aggregated: expect.any(Array) }
      : expect.objectContaining({ logs: expect.any(Array) })
  }
  if (status === '403' && role === 'nobody') return { error: 'CSRF token was invalid or missing.' }
  const [type, detail] = ERROR_TYPES[status] ?? ['invalid_request', 'Invalid export request']
  if (status === '400' && route.startsWith('GET')) {
    return { message: `Invalid namespace requested: ${route.split('/')[1]}` }
  }
  return {
    detail,
    error_message: detail,
    error_type: type,
    title: type,
    type: `${waybill.url}/api/v1/error/${type}`,
    status: Number(status),
  }
}

async function tokenOf(name: string, { user, grants, scopes }: Role): Promise<string> {
  const body = { tenant: 'default', ...user, name: user?.name ?? name.replaceAll(' ', '-') }
  const { id } = await send<{ id: string }>('/v1/users', body)
  for (const grant of grants ?? []) await send('/v1/grants', { user: id, ...grant })
  const made = { user: id, scopes: scopes ?? SCOPES }
  return (await send<{ token: string }>('/v1/tokens', made)).token
}

async function send<Body>(path: string, body: object): Promise<Body> {
  const response = await waybill.request(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
  expect(response.status, path).toBe(201)
  return jsonOf<Body>(response)
}
