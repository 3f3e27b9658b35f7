import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import type { EventReader } from '../../../../src/core/query/query.ts'
import { formatTimestamp } from '../../../../src/core/time/timestamp.ts'
import { createFairReaders } from '../../../../src/server/reading/fair-reader.ts'
import { type DialectServer, startDialect } from '../../../support/dialect-server.ts'
import { BASE_MICROS, eventOf } from '../../../support/store-events.ts'
import { depotDialect } from './example-vendor.ts'

const ACTIVITY = '/depot/v1/activity'
const VENDOR_LINES_MAX = 150

let depot: DialectServer
let url: string

/** A server that listens, with seven events of one tenant and one of another. */
async function start(readersOf?: Parameters<typeof startDialect>[1]): Promise<void> {
  depot = await startDialect(depotDialect(), readersOf)
  for (let seq = 0; seq < 8; seq += 1) {
    const event = eventOf({
      time: formatTimestamp(BASE_MICROS + seq),
      tenant: seq === 7 ? 'other' : 'default',
      actor: { name: seq % 2 === 0 ? 'alice' : 'bob', kind: 'user' },
      target: { type: 'image', namespace: seq < 3 ? 'acme' : 'lab' },
    })
    depot.model.events.push({ event, origin: 'o', seq })
  }
  url = await depot.server.listen({ host: '127.0.0.1', port: 0 })
}

afterEach(() => depot.server.close())

/** A token of a new user with this role, or with this grant alone. */
async function tokenOf(role: 'auditor' | 'member', namespace?: string): Promise<string> {
  const { directory } = depot
  const name = `${role}-${namespace ?? 'all'}`
  await directory.createUser('default', { name, roles: [role] })
  if (namespace !== undefined) {
    await directory.createGrant('default', { user: name, role: 'read', namespace })
  }
  const { token } = await directory.createToken('default', { user: name, scopes: ['events:read'] })
  return token
}

function send(token: string | undefined, target = ACTIVITY, method = 'GET'): Promise<Response> {
  const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` }
  return fetch(`${url}${target}`, { method, headers })
}

interface Page {
  readonly rows: readonly { readonly at: string; readonly who: string; readonly where: string }[]
  readonly next?: string
}

async function page(token: string, target = ACTIVITY): Promise<Page> {
  const response = await send(token, target)
  expect(response.status).toBe(200)
  expect(response.headers.get('Content-Type')).toBe('application/json')
  return JSON.parse(await response.text())
}

async function fault(response: Response) {
  expect(response.headers.get('Content-Type')).toBe('application/json')
  return { status: response.status, body: JSON.parse(await response.text()) }
}

function latch(): { readonly opened: Promise<void>; open(): void } {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open: () => open() }
}

test('a walk over the pages shows every visible event once, newest first', async () => {
  await start()
  const token = await tokenOf('auditor')
  const seen: string[] = []
  let target = `${ACTIVITY}?rows=3`
  for (;;) {
    const { rows, next } = await page(token, target)
    seen.push(...rows.map(({ at }) => at))
    if (next === undefined) break
    expect(rows).toHaveLength(3)
    target = `${ACTIVITY}?rows=3&next=${next}`
  }
  expect(seen).toEqual([6, 5, 4, 3, 2, 1, 0].map((seq) => formatTimestamp(BASE_MICROS + seq)))
})

test('a caller sees what its grants show, and a filter only takes away from that', async () => {
  await start()
  const token = await tokenOf('member', 'acme')
  const { rows } = await page(token)
  expect(rows.map(({ where }) => where)).toEqual(['acme', 'acme', 'acme'])
  const { rows: ofBob } = await page(token, `${ACTIVITY}?user=bob`)
  expect(ofBob.map(({ who }) => who)).toEqual(['bob'])
  expect(await page(await tokenOf('member'))).toEqual({ rows: [] })
})

test("errors have the vendor's form: no token, unknown path, bad parameter or cursor", async () => {
  await start()
  const token = await tokenOf('auditor')
  const reason = (code: number, text: string) => ({
    status: code,
    body: { fault: { code, reason: text } },
  })
  expect(await fault(await send(undefined))).toEqual(reason(401, 'Sign in first'))
  expect(await fault(await send('no-token'))).toEqual(reason(401, 'Sign in first'))
  expect(await fault(await send(token, '/depot/v1/other'))).toEqual(reason(404, 'Not Found'))
  for (const rows of ['0', '-1', 'x', '1.5']) {
    expect(await fault(await send(token, `${ACTIVITY}?rows=${rows}`))).toEqual(
      reason(400, 'rows must be a whole number from 1'),
    )
  }
  const { next } = await page(token, `${ACTIVITY}?rows=1`)
  for (const cursor of ['x', `${next}&user=bob`]) {
    expect(await fault(await send(token, `${ACTIVITY}?next=${cursor}`))).toEqual(
      reason(400, 'Bad Request'),
    )
  }
})

test('HEAD answers as GET does without the body, and another method is refused', async () => {
  await start()
  const token = await tokenOf('auditor')
  const [get, head] = [await send(token), await send(token, ACTIVITY, 'HEAD')]
  expect(head.status).toBe(200)
  expect(head.headers.get('Content-Length')).toBe(get.headers.get('Content-Length'))
  expect(await head.text()).toBe('')
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
    const refused = await send(token, ACTIVITY, method)
    expect(refused.headers.get('Allow')).toBe('GET, HEAD')
    expect(await fault(refused)).toEqual({
      status: 405,
      body: { fault: { code: 405, reason: 'Method Not Allowed' } },
    })
  }
})

test('a request too many is refused with Retry-After, and the others are answered', async () => {
  const [held, asked] = [latch(), latch()]
  const one = { callerMax: 1, tenantMax: 1, allMax: 1 }
  await start((reader: EventReader) => {
    const slow: EventReader = {
      ...reader,
      page: async (query) => {
        asked.open()
        await held.opened
        return reader.page(query)
      },
    }
    return createFairReaders(slow, { running: one, waiting: one, retryAfterSeconds: 7 })
  })
  const token = await tokenOf('auditor')
  const first = send(token)
  await asked.opened
  const others = [send(token), send(token)]
  // One of them waits for the first, so it is the other one that is answered before that.
  const refused = await Promise.race(others)
  expect(refused.headers.get('Retry-After')).toBe('7')
  expect(await fault(refused)).toEqual({
    status: 429,
    body: { fault: { code: 429, reason: 'Too Many Requests' } },
  })
  held.open()
  const statuses = (await Promise.all([first, ...others])).map(({ status }) => status)
  expect(statuses.sort()).toEqual([200, 200, 429])
})

test('the vendor is small, and needs nothing but dialects/api and what that rests on', () => {
  const path = fileURLToPath(new URL('example-vendor.ts', import.meta.url))
  const source = readFileSync(path, 'utf8')
  expect(source.split('\n').length).toBeLessThan(VENDOR_LINES_MAX)
  const imported = [...source.matchAll(/from '([^']+)'/g)].map(([, from = '']) => from)
  const others = imported.filter(
    (from) => !/^(?:fastify|typebox|[./]+\/src\/(?:core|access|dialects\/api)\/.+)$/.test(from),
  )
  expect(others).toEqual([])
})
