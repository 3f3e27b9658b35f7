import { once } from 'node:events'
import { get } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { ISOLATION_MATRIX, type MatrixRow, matrixKey } from '../../support/isolation-matrix.ts'
import { quayOperations, type ServerRoute, serverRoutes } from '../../support/server-routes.ts'
import {
  CANARIES,
  type Caller,
  makeTwoTenants,
  PLACES,
  TENANTS,
  type TwoTenants,
} from '../../support/two-tenants.ts'
import { jsonOf, startWaybill, type WaybillProcess } from '../../support/waybill-process.ts'

/** Requests on their way at once. */
const AT_ONCE = 12
/** How long a stream is read on when it has shown what it must, ms. */
const STREAM_MS = 250
/** Longest wait for what a stream must show, ms. */
const STREAM_MS_MAX = 60_000
/** Asked apart from the others: its answer goes on. */
const ENDLESS = '/v1/events/stream'
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']
const REFUSED = [401, 403, 404, 405]

let waybill: WaybillProcess
let two: TwoTenants
let routes: readonly MatrixRoute[]

/** A route of the server with its row of the matrix; undefined: it has none. */
interface MatrixRoute extends ServerRoute {
  readonly row: MatrixRow | undefined
}

beforeAll(async () => {
  waybill = await startWaybill()
  two = await makeTwoTenants(waybill)
  routes = (await serverRoutes())
    .filter(({ method }) => METHODS.includes(method))
    .map((route) => ({ ...route, row: ISOLATION_MATRIX[matrixKey(route.method, route.url)] }))
})
afterAll(() => waybill?.stop())

interface Asked {
  readonly method: string
  readonly path: string
  readonly by: Caller
  readonly row?: MatrixRow | undefined
  readonly body?: object
}

interface Answer {
  readonly status: number
  /** Headers and body. */
  readonly text: string
}

async function ask({ method, path, by, body }: Asked): Promise<Answer> {
  const headers = new Headers(by.headers)
  const isOpsera = /^\/api\/v[12]\/logs\//.test(path)
  if (isOpsera && by.signed !== undefined) headers.set('Authorization', `Bearer ${by.signed}`)
  // The token whose rights are asked for: the caller's own.
  if (by.headers['X-Auth-Token'] && path === '/v3/auth/tokens') {
    headers.set('X-Subject-Token', by.headers['X-Auth-Token'])
  }
  if (method !== 'GET') headers.set('Content-Type', 'application/json')
  const response = await waybill.request(path, {
    ...{ method, headers },
    ...(method !== 'GET' && { body: JSON.stringify(body ?? {}) }),
  })
  const head = [...response.headers.values()].join('\n')
  return { status: response.status, text: `${head}\n${await response.text()}` }
}

/** Asks everything, a few at a time, in order. */
async function askAll(requests: readonly Asked[]): Promise<readonly (Asked & Answer)[]> {
  const answers: (Asked & Answer)[] = []
  let next = 0
  const worker = async () => {
    for (let index = next++; index < requests.length; index = next++) {
      const asked = requests[index]
      if (asked !== undefined) answers.push({ ...asked, ...(await ask(asked)) })
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return answers
}

const IDS_OF = [
  ['users', 'userIds'],
  ['grants', 'grantIds'],
  ['tokens', 'tokenIds'],
  ['events', 'eventIds'],
] as const

/** Values of the parameters of paths: those that both tenants have, whoever asks. */
function pathsOf(url: string, tenants: readonly string[] = TENANTS): readonly string[] {
  const objects = tenants.flatMap((tenant) => two.objects[tenant] ?? [])
  const listed = IDS_OF.find(([kind]) => url.startsWith(`/v1/${kind}/:id`))?.[1]
  const places = CANARIES.filter((one) => tenants.some((tenant) => one.includes(`-${tenant}-`)))
  const ids = listed === undefined ? places : objects.flatMap((one) => one[listed].slice(0, 4))
  const values: Readonly<Record<string, readonly string[]>> = {
    ...{ '*': quayRests(url), ':id': ids, ':project': tenants },
    ':accessKey': objects.flatMap(({ accessKeys }) => accessKeys.slice(0, 2)),
  }
  let paths = [url]
  for (const [parameter, given] of Object.entries(values)) {
    const names = new RegExp(`${parameter === '*' ? '\\*' : parameter}(?![a-zA-Z])`)
    paths = paths.flatMap((path) =>
      names.test(path) ? given.map((value) => path.replace(names, value)) : [path],
    )
  }
  return paths.map((path) => path.replaceAll(/:[a-zA-Z]+/g, (name) => PARTS[name] ?? 'x'))
}

/** Other parameters of paths. */
const PARTS: Readonly<Record<string, string>> = {
  ...{ ':kind': 'quay', ':name': 'main', ':type': 'docker', ':state': 'running' },
}

const LOGS = ['logs', 'aggregatelogs', 'exportlogs', '']
const LISTS = ['robots', 'members', 'collaborators', 'prototypes', 'applications']

/** The rests of the paths of Quay's logs, and of tiles of the ledger. */
function quayRests(url: string): readonly string[] {
  const ends = (place: string, operations: readonly string[]) =>
    operations.map((end) => [place, end].filter(Boolean).join('/'))
  if (url.startsWith('/api/v1/user/')) return [...ends('', LOGS.filter(Boolean)), 'robots']
  if (url.startsWith('/api/v1/organization/')) {
    return [...ends('na', [...LOGS, ...LISTS]), ...ends('nx', LOGS)]
  }
  if (url.startsWith('/api/v1/repository/')) return PLACES.flatMap((place) => ends(place, LOGS))
  if (url.startsWith('/v1/ledger/tile/')) return ['0/000.p/1', 'entries/000.p/1']
  return ['none']
}

/**
 * Asked with one place of each tenant: waits, which for what is not seen take their whole time, and
 * routes of Container Station under another prefix or with a slash at the end.
 */
function isBrief(url: string): boolean {
  return url.includes('/event/wait/') || isOtherSpelling(url)
}

function isOtherSpelling(url: string): boolean {
  const isOfStation = routes.some((route) => route.url === `/container-station${url}`)
  return url.startsWith('/container') || (isOfStation && url.endsWith('/'))
}

/** The callers of a route: for another spelling of one some of each kind. */
function askersOf(url: string): readonly Caller[] {
  if (!isOtherSpelling(url)) return two.callers
  const some = [undefined, 'administrator', 'writer', 'granted-repository']
  return two.callers.filter(({ role }) => some.includes(role))
}

/** Queries that ask for everything, in the words of each route. */
function queriesOf(path: string): readonly string[] {
  if (path === '/v1/events/histogram') return ['?interval=day&by=actor', '?by=namespace']
  if (path === '/v1/events/facets') return ['?field=actor&field=namespace&limit=100']
  if (path.startsWith('/v1/events')) return ['', '?tenant=ta&tenant=tb', '?q=canary&namespace=na']
  if (path.startsWith('/v5/')) return ['?limit=200', '?start_time=1&end_time=9999999999999']
  if (path.startsWith('/v3/projects')) return ['', '?name=tb']
  if (/logs\/(user|pipelines|audit)/.test(path)) return ['?count=100', '?account=tb&count=100']
  if (/\/(event|log)\/?$/.test(path)) return ['', '?text=canary&limit=100']
  if (path.includes('/event/wait/')) return ['?duration=1']
  if (path.includes('/logs')) return ['', '?performer=canary-tb-na-app-end']
  return ['']
}

/** Whether a row lets in a caller of these rights; what it then may see is another question. */
function isLetIn({ audience }: MatrixRow, { role }: Caller): boolean {
  const roles: Readonly<Record<string, readonly string[]>> = {
    writers: ['administrator', 'writer'],
    superusers: ['administrator', 'auditor'],
    administrators: ['administrator'],
    installation: [],
  }
  if (audience === 'everyone') return true
  if (audience === 'known') return role !== undefined
  return role !== undefined && roles[audience]?.includes(role) === true
}

const lineOf = ({ by, method, path, status }: Asked & Answer) =>
  `${by.tenant ?? '-'}/${by.role ?? 'nobody'}: ${method} ${path} ${status}`

/** What should not have been answered as it was. */
function problemsOf(answers: readonly (Asked & Answer)[]): readonly string[] {
  return answers.flatMap((answer) => {
    const { by, path, status, text, row } = answer
    const line = lineOf(answer)
    const isRefused = row === undefined || isLetIn(row, by) || REFUSED.includes(status)
    const leaks = CANARIES.filter(
      (one) => !by.sees.includes(one) && !path.includes(one) && text.includes(one),
    )
    return [
      ...(status >= 500 ? [`${line}: a failure`] : []),
      ...(isRefused ? [] : [`${line}: not refused`]),
      ...leaks.map((one) => `${line}: shows ${one}`),
    ]
  })
}

test('the matrix has every route of the server, and no other', async () => {
  const keys = routes.flatMap(({ row, method, url }) => (row ? [matrixKey(method, url)] : []))
  expect([...new Set(keys)].sort()).toEqual(Object.keys(ISOLATION_MATRIX).sort())
  expect([...LOGS, ...LISTS].sort()).toEqual([...quayOperations()].sort())
  // What is not in the matrix is refused: a method that a path has not, or a path that is none.
  const administrator: Caller = { tenant: undefined, role: 'all', sees: CANARIES, headers: {} }
  const others = routes.filter(({ row }) => row === undefined)
  const answers = await askAll(
    others.flatMap(({ method, url }) => {
      const [path = ''] = pathsOf(url)
      return [{ method, path, by: administrator }]
    }),
  )
  expect(answers.filter(({ status }) => status !== 404 && status !== 405).map(lineOf)).toEqual([])
})

test('no caller is shown what is of another tenant or of an ungranted place', async () => {
  const reading = routes.filter(
    ({ method, url, row }) => method === 'GET' && row && url !== ENDLESS,
  )
  const asked = reading.flatMap(({ method, url, row }) =>
    pathsOf(url)
      .filter((path) => !isBrief(url) || !path.includes('canary') || path.includes('-na-app-'))
      .flatMap((path) => queriesOf(path).map((query) => `${path}${query}`))
      .flatMap((path) => askersOf(url).map((by) => ({ method, path, row, url, by }))),
  )
  const answers = await askAll(asked)
  expect(answers.length).toBeGreaterThan(1000)
  expect(problemsOf(answers)).toEqual([])
  // What may be seen is seen through each route that shows events: otherwise nothing was tried.
  for (const { url } of reading.filter(({ row }) => row?.shows)) {
    const paths = new Set(asked.filter((one) => one.url === url).map(({ path }) => path))
    const shown = answers.filter(({ path, text, by }) => {
      return (
        paths.has(path) && by.role === 'administrator' && by.sees.some((one) => text.includes(one))
      )
    })
    expect([url, new Set(shown.map(({ by }) => by.tenant)).size]).toEqual([url, TENANTS.length])
  }
})

test('no caller changes what it has no right to, or anything of another tenant', async () => {
  const changing = routes.filter(({ method, row }) => method !== 'GET' && row)
  const before = await state()
  const asked = two.callers.flatMap((by) =>
    changing.flatMap(({ method, url, row }) => {
      // Of the own tenant too by those that have no right, of another one by everybody.
      const others = TENANTS.filter((tenant) => tenant !== by.tenant)
      const isOpen = row !== undefined && isLetIn(row, by) && row.own !== true
      const tenants = isOpen ? others : TENANTS
      return pathsOf(url, tenants)
        .slice(0, 6)
        .flatMap((path) => bodiesOf(url, tenants).map((body) => ({ method, path, by, row, body })))
    }),
  )
  expect(asked.length).toBeGreaterThan(500)
  const answers = await askAll(asked.map((one) => ({ ...one, path: foreign(one) })))
  expect(problemsOf(answers)).toEqual([])
  const done = answers.filter(({ status, row }) => status < 300 && row?.own !== true)
  expect(done.map(lineOf)).toEqual([])
  expect(await state()).toEqual(before)
})

/** A collector's tenant is in its query: never the caller's own. */
function foreign({ path, by }: Asked): string {
  const other = TENANTS.find((tenant) => tenant !== by.tenant)
  return path.startsWith('/v1/collectors/') ? `${path}?tenant=${other}` : path
}

/** Bodies that are valid but for whose they are. */
function bodiesOf(url: string, tenants: readonly string[]): readonly object[] {
  const each = (bodyOf: (tenant: string, user: string) => object) =>
    tenants.map((tenant) => bodyOf(tenant, two.objects[tenant]?.userIds[0] ?? ''))
  switch (url) {
    case '/v1/events':
      return each((tenant) => ({ tenant, action: 'image.push', message: 'not to be stored' }))
    case '/v1/users':
      return [
        ...each((tenant) => ({ tenant, name: 'made', roles: ['administrator'] })),
        { tenant: null, name: 'made', roles: ['administrator'] },
      ]
    case '/v1/users/:id/password':
      return [{ password: 'another password' }]
    case '/v1/grants':
      return each((_tenant, user) => ({ user, role: 'admin', namespace: 'nx' }))
    case '/v1/tokens':
      return each((_tenant, user) => ({ user, scopes: ['admin'] }))
    case '/v1/access-keys':
      return each((_tenant, user) => ({ user }))
    case '/v1/collectors/:kind/:name':
      return [{ position: { at: 1 } }]
    default:
      return [{ starttime: '01/01/2020', callback_url: 'x' }]
  }
}

/** All that a change could change. */
async function state(): Promise<readonly unknown[]> {
  const paths = ['/v1/users', '/v1/grants', '/v1/tokens', '/v1/access-keys', '/v1/collectors']
  const stored = '/v1/events/count?q=not%20to%20be%20stored'
  return Promise.all([...paths, stored].map((path) => jsonOf(waybill.request(path))))
}

test('a stream shows what a list shows', async () => {
  for (const { headers, sees, role } of two.callers) {
    const { status, text } = await beginningOf(`${ENDLESS}?after=-1`, headers, sees)
    expect(status).toBe(role === undefined ? 401 : 200)
    for (const one of CANARIES) expect([one, text.includes(one)]).toEqual([one, sees.includes(one)])
  }
})

test('no figure that a caller is shown follows what another tenant does', async () => {
  const [ta, tb] = TENANTS
  const [others, own] = [await figuresOf(ta), await figuresOf(tb)]
  await addOfEachKind(tb)
  expect(await figuresOf(ta)).toEqual(others)
  // The tenant's own follow, each of them: otherwise nothing was tried.
  const unmoved = (await figuresOf(tb)).filter((figures) => own.includes(figures))
  expect(unmoved).toEqual([])
})

/** What the administrator of a tenant is shown of figures, but for those that are public. */
async function figuresOf(tenant: string): Promise<readonly string[]> {
  const administrators = two.callers.filter(({ role }) => role === 'administrator')
  const asked = routes
    .filter(({ method, row }) => method === 'GET' && row?.counts)
    .flatMap(({ url }) =>
      queriesOf(url)
        .slice(0, 1)
        .map((query) => `${url}${query}`),
    )
    .flatMap((path) =>
      administrators
        .filter((by) => by.tenant === tenant)
        .map((by) => ({ method: 'GET', path, by })),
    )
  const answers = await askAll(asked)
  return answers
    .map((answer) => `${lineOf(answer)} ${answer.text.trimEnd().split('\n').at(-1)}`)
    .map((line) => line.replace(/"(?:size|uptimeSeconds)":\d+/g, ''))
    .sort()
}

/** Makes one more of everything that is counted or listed. */
async function addOfEachKind(tenant: string): Promise<void> {
  const target = { namespace: 'new', repository: 'x' }
  const user = two.objects[tenant]?.userIds[0] ?? ''
  const added: readonly (readonly [string, object])[] = [
    ['/v1/users', { tenant, name: 'added' }],
    ['/v1/grants', { user, role: 'read', namespace: 'added' }],
    ['/v1/tokens', { user, scopes: ['events:read'] }],
    ['/v1/access-keys', { user }],
    ['/v1/events', { tenant, action: 'image.push', target }],
  ]
  const headers = { 'Content-Type': 'application/json' }
  for (const [path, body] of added) {
    const init = { method: 'POST', headers, body: JSON.stringify(body) }
    expect((await waybill.request(path, init)).status).toBe(201)
  }
  const init = { method: 'PUT', headers, body: JSON.stringify({ position: { at: 2 } }) }
  const saved = await waybill.request(`/v1/collectors/quay/added?tenant=${tenant}`, init)
  expect(saved.status).toBe(204)
}

/** What an answer that does not end sends until it has shown some texts, and shortly after. */
async function beginningOf(
  path: string,
  headers: Caller['headers'],
  texts: readonly string[],
): Promise<Answer> {
  const request = get(new URL(path, waybill.url), { headers, agent: false })
  const [response] = await once(request, 'response')
  let text = ''
  response.on('data', (chunk: Buffer) => {
    text += chunk.toString()
  })
  const what = 'what the caller may see'
  await eventually(
    async () => texts.filter((one) => !text.includes(one)),
    (missing) => missing.length === 0 || response.readableEnded,
    { what, deadlineMs: STREAM_MS_MAX },
  )
  await sleep(STREAM_MS)
  request.destroy()
  return { status: response.statusCode, text }
}
