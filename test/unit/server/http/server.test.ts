import { gzipSync } from 'node:zlib'
import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openDirectory } from '../../../../src/access/directory/open-directory.ts'
import { openSessions } from '../../../../src/access/sign-in/sessions.ts'
import { createSignIn } from '../../../../src/access/sign-in/sign-in.ts'
import { createTokenSignIn } from '../../../../src/access/sign-in/token-sign-in.ts'
import { openAccessKeys } from '../../../../src/access/tokens/open-access-keys.ts'
import { createSecretBox } from '../../../../src/access/tokens/secret-box.ts'
import { Fault } from '../../../../src/core/errors.ts'
import { createCursorCodec } from '../../../../src/core/query/cursor.ts'
import type { EventReader } from '../../../../src/core/query/query.ts'
import { createClock } from '../../../../src/core/time/timestamp.ts'
import type { Dialect } from '../../../../src/dialects/api/dialect.ts'
import { nativeDialect } from '../../../../src/dialects/native/dialect.ts'
import type { ExportDesk } from '../../../../src/exports/jobs/export-desk.ts'
import type { Append, AppendRequest } from '../../../../src/ledger/append/append.ts'
import { createAuditTrail } from '../../../../src/ledger/audit-trail.ts'
import { createServer } from '../../../../src/server/http/server.ts'
import { createMetrics, type Metrics } from '../../../../src/server/observe/metrics.ts'
import { createReadiness } from '../../../../src/server/observe/readiness.ts'
import type { WebhookSource } from '../../../../src/sources/source.ts'
import { idleLedger } from '../../../support/idle-ledger.ts'
import { MapRecordStore, TOKEN_KEY } from '../../access/records/map-record-store.ts'

/** What the ledger and the reader answer, so that a test can make them fail. */
let append: Append
let readFailure: Fault | undefined
let appended: AppendRequest[]
let metrics: Metrics
let server: FastifyInstance
let authorization: string

const refuse = async () => {
  throw readFailure ?? new Error('this test reads nothing')
}

const READER: EventReader = {
  page: refuse,
  get: refuse,
  tail: refuse,
  count: refuse,
  histogram: refuse,
  topValues: refuse,
  stream: () => {
    throw new Error('this test reads nothing')
  },
  // biome-ignore lint/correctness/useYield: it fails before there is anything to yield.
  async *export() {
    throw readFailure ?? new Error('this test reads nothing')
  },
}

const NO_EXPORTS: ExportDesk = {
  canMail: false,
  linkSeconds: 1,
  refusalOf: refuse,
  accept: refuse,
  jobs: () => [],
  withProofs: () => {
    throw new Error('this test reads nothing')
  },
  openProofs: refuse,
  open: refuse,
}

/** A source whose deliveries are events as JSON, one skip, or a failure of its own. */
const SOURCE: WebhookSource = {
  kind: 'test',
  bodyBytesMax: 1024,
  translate({ body }) {
    const text = body.toString()
    if (text === 'throw') throw new Error('a bug of the source')
    if (text === 'skip') return { events: [], deadLetters: [], skipped: { dull: 2 } }
    return { events: JSON.parse(text), deadLetters: [], skipped: {} }
  },
}

const NOTHING_HERE = new Error('nothing here')

/** A dialect with its own words for errors, and its own answer to unknown paths. */
const OTHER: Dialect = {
  name: 'other',
  prefixes: ['/other/'],
  unknownPath: () => NOTHING_HERE,
  register(scope) {
    scope.setErrorHandler((error, _request, reply) =>
      error === NOTHING_HERE
        ? reply.code(404).send({ other: 'nothing here' })
        : reply.code(418).send({ other: 'error' }),
    )
    scope.get('/other/fails', () => {
      throw new Error('inside')
    })
  },
}

beforeEach(async () => {
  appended = []
  readFailure = undefined
  append = async (request) => {
    appended.push(request)
    const last = request.drafts.length - 1
    return { accepted: last + 1, duplicates: 0, first: 0, last, replayed: false }
  }
  const clock = createClock()
  const records = new MapRecordStore()
  const directory = await openDirectory({
    records,
    clock,
    defaultTenant: 'd',
    tokenKey: TOKEN_KEY,
  })
  await directory.createUser(null, { name: 'root', tenant: null, roles: ['administrator'] })
  const { token } = await directory.createToken(null, { user: 'root', scopes: ['admin'] })
  authorization = `Bearer ${token}`
  const ledger = idleLedger({ append: (request) => append(request) })
  metrics = createMetrics(ledger)
  const readiness = createReadiness({
    read: async () => undefined,
    write: async () => undefined,
    damage: () => undefined,
    hasRoom: () => true,
    refusedAtMs: () => undefined,
    isIndexFailing: () => false,
    readOnly: () => undefined,
    needsStore: false,
  })
  const facts = {
    version: '0',
    startedMicros: 0,
    isLedgerPublic: false,
    recordsSearches: false,
    storeSize: async () => ({ events: 0, bytesOnDisk: 0 }),
  }
  const box = createSecretBox(Buffer.alloc(32), 'test')
  const signIns = { directory, clock, defaultTenant: 'd', record: async () => undefined }
  server = createServer({
    addressConnectionsMax: 100,
    context: {
      readers: { own: READER, of: () => READER },
      ledger: { ...ledger, append: metrics.measured(ledger.append) },
      audit: createAuditTrail({ append: ledger.append, origin: 'o', clock }),
      records,
      directory,
      signIn: createSignIn(signIns),
      signInWithToken: createTokenSignIn(signIns),
      sessions: await openSessions({ records, directory, clock }),
      accessKeys: await openAccessKeys({ records, directory, clock, box }),
      administration: Object.create(null),
      savedSearches: Object.create(null),
      secretBox: () => box,
      exports: NO_EXPORTS,
      cursors: createCursorCodec(Buffer.alloc(32)),
      clock,
      checkpoints: undefined,
      otherLedger: async () => undefined,
      verifier: undefined,
      statements: undefined,
      defaultTenant: 'd',
    },
    dialects: [nativeDialect(facts), OTHER],
    sources: [SOURCE],
    readiness,
    metrics,
    version: '0',
    logLevel: 'silent',
  })
})

afterEach(() => server.close())

function post(url: string, payload: string) {
  const headers = { authorization, 'content-type': 'application/json' }
  return server.inject({ method: 'POST', url, headers, payload })
}

describe('a ledger that cannot take events', () => {
  test.each([
    ['ledger.overloaded', 429, 7],
    ['store.unavailable', 503, undefined],
    ['server.stopping', 503, undefined],
  ] as const)('%s is answered by %i and Retry-After', async (code, status, retryAfterSeconds) => {
    append = async () => {
      throw new Fault(code, {
        cause: new Error('disk at /var/lib'),
        ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
      })
    }
    for (const url of ['/v1/events', '/v1/sources/test/a']) {
      const answer = await post(url, url === '/v1/events' ? EVENT : `[${EVENT}]`)
      expect(answer.statusCode).toBe(status)
      expect(Number(answer.headers['retry-after'])).toBe(retryAfterSeconds ?? 1)
      expect(answer.json()).toMatchObject({ code, status })
      expect(answer.body).not.toContain('/var/lib')
    }
    expect(await metrics.text()).toContain(`waybill_events_refused_total{code="${code}"} 2`)
  })

  test('an unexpected fault reveals nothing internal', async () => {
    append = async () => {
      throw new Error('secret of the inside')
    }
    const answer = await post('/v1/events', EVENT)
    expect(answer.statusCode).toBe(500)
    expect(answer.json()).toMatchObject({ code: 'internal.fault' })
    expect(answer.body).not.toContain('secret of the inside')
  })
})

test('a store that cannot answer is 503 for every read, an export included', async () => {
  readFailure = new Fault('store.unavailable')
  for (const path of ['', '/count', '/histogram?interval=day', '/export', `/${ID}`]) {
    const url = `/v1/events${path}`
    const answer = await server.inject({ url, headers: { authorization } })
    expect([url, answer.statusCode]).toEqual([url, 503])
    expect(answer.headers['retry-after']).toBe('1')
  }
})

describe('a source', () => {
  test('keeps what does not parse as a dead letter next to the events that do', async () => {
    const answer = await post('/v1/sources/test/a', `[${EVENT}, {"action": "No Action"}]`)
    expect(answer.statusCode).toBe(202)
    expect(answer.json()).toEqual({ accepted: 2, duplicates: 0, deadLetters: 1, skipped: 0 })
    const [good, dead] = appended[0]?.drafts ?? []
    expect(good?.event).toMatchObject({ action: 'image.push', source: { kind: 'test', name: 'a' } })
    expect(dead?.deduplicate).toBe(true)
    expect(dead?.event.details).toMatchObject({
      body: '{"action":"No Action"}',
      reason: expect.stringContaining('/action'),
    })
  })

  test('that fails itself loses nothing', async () => {
    const answer = await post('/v1/sources/test/a', 'throw')
    expect(answer.json()).toEqual({ accepted: 1, duplicates: 0, deadLetters: 1, skipped: 0 })
    expect(appended[0]?.drafts[0]?.event.details).toMatchObject({ body: 'throw' })
  })

  test('that skips everything is answered without an append', async () => {
    const answer = await post('/v1/sources/test/a', 'skip')
    expect(answer.json()).toEqual({ accepted: 0, duplicates: 0, deadLetters: 0, skipped: 2 })
    expect(appended).toEqual([])
  })
})

describe('a delivery to a source', () => {
  const URL = '/v1/sources/test/a'
  const send = (payload: Buffer, headers: Readonly<Record<string, string>> = {}, url = URL) =>
    server.inject({ method: 'POST', url, headers: { authorization, ...headers }, payload })

  test.each(['/v1/sources/test/a/', '/v1/sources//test///a', '//v1/sources/test/a//'])(
    'is taken at %s',
    async (url) => {
      const answer = await send(Buffer.from(`[${EVENT}]`), {}, url)
      expect(answer.statusCode).toBe(202)
      expect(appended[0]?.drafts[0]?.event.source).toMatchObject({ kind: 'test', name: 'a' })
    },
  )

  test.each(['gzip', 'x-gzip', ' GZIP '])('compressed as %j is undone', async (encoding) => {
    const answer = await send(gzipSync(`[${EVENT}]`), { 'content-encoding': encoding })
    expect(answer.statusCode).toBe(202)
    expect(answer.json()).toMatchObject({ accepted: 1, deadLetters: 0 })
  })

  test('that is larger than the limit when it is unpacked is refused', async () => {
    const bomb = gzipSync(Buffer.alloc(1025, ' '))
    const answer = await send(bomb, { 'content-encoding': 'gzip' })
    expect(answer.statusCode).toBe(413)
    const fits = gzipSync(Buffer.from(`[${EVENT}]`.padEnd(1024)))
    expect((await send(fits, { 'content-encoding': 'gzip' })).statusCode).toBe(202)
  })

  test.each([Buffer.from('plain'), gzipSync('cut short').subarray(0, 12), Buffer.alloc(0)])(
    'that is not gzip, contrary to its header, is kept unchanged (%#)',
    async (sent) => {
      const answer = await send(sent, { 'content-encoding': 'gzip' })
      expect(answer.statusCode).toBe(202)
      expect(answer.json()).toMatchObject({ accepted: 1, deadLetters: 1 })
      expect(appended[0]?.drafts[0]?.event.details).toMatchObject({ bytes: sent.length })
    },
  )

  test.each(['br', 'deflate', 'zstd', 'gzip, gzip'])(
    'encoded as %s is refused',
    async (encoding) => {
      const answer = await send(Buffer.from('x'), { 'content-encoding': encoding })
      expect(answer.statusCode).toBe(415)
      expect(await metrics.text()).toContain(
        'waybill_source_refused_total{source="test",status="415"}',
      )
    },
  )

  test.each<[string, (token: string) => string]>([
    ['Bearer', (token) => `Bearer ${token}`],
    ['bearer with blanks', (token) => `bearer   ${token} `],
    ['the header alone', (token) => token],
    ['Basic, as the password', (token) => basic(`user:${token}`)],
    ['Basic, as the user of a URL', (token) => basic(`${token}:`)],
    ['Basic, as the user alone', (token) => basic(token)],
  ])('may carry its token as %s', async (_form, header) => {
    const token = authorization.replace('Bearer ', '')
    const answer = await send(Buffer.from('skip'), { authorization: header(token) })
    expect(answer.statusCode).toBe(202)
  })

  test.each(['Bearer', 'Bearer wrong', 'wrong', 'Basic', basic('user:wrong'), basic('')])(
    'with the header %j is not',
    async (header) => {
      const answer = await send(Buffer.from('skip'), { authorization: header })
      expect(answer.statusCode).toBe(401)
      expect(await metrics.text()).toContain(
        'waybill_source_refused_total{source="test",status="401"} 1',
      )
    },
  )

  test('under a URL that cannot be decoded is counted as refused too', async () => {
    await send(Buffer.from('skip'), {}, '/v1/sources/test/%zz')
    expect(await metrics.text()).toMatch(
      /waybill_source_refused_total\{source="test",status="4\d\d"\} 1/,
    )
  })
})

function basic(credentials: string): string {
  return `Basic ${Buffer.from(credentials).toString('base64')}`
}

describe('dialects side by side', () => {
  test.each([
    ['/other/unknown', 404, { other: 'nothing here' }],
    ['/other/fails', 418, { other: 'error' }],
    ['/v1/unknown', 404, { code: 'resource.missing' }],
    ['/unknown', 404, { code: 'resource.missing' }],
  ])('%s is answered in the words of its own', async (url, status, body) => {
    const answer = await server.inject({ url })
    expect(answer.statusCode).toBe(status)
    expect(answer.json()).toMatchObject(body)
  })
})

test('a server that has not started yet is not ready', async () => {
  expect((await server.inject({ url: '/readyz' })).statusCode).toBe(503)
  expect((await server.inject({ url: '/healthz' })).statusCode).toBe(200)
})

const EVENT = '{"action": "image.push"}'
const ID = '00000000-0000-4000-8000-000000000000'
