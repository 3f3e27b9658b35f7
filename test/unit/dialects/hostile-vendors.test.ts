import type { RequestListener } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import { LogsUnreadError } from '../../../src/dialects/collecting/collector.ts'
import { createStationCollector } from '../../../src/dialects/container-station/collect/collector.ts'
import { SESSION_COOKIE } from '../../../src/dialects/container-station/credentials.ts'
import { createHssCollector } from '../../../src/dialects/hss/collect/collector.ts'
import { createOpseraCollector } from '../../../src/dialects/opsera/collect/collector.ts'
import { createQuayCollector } from '../../../src/dialects/quay/collect/collector.ts'
import { LocalServers, runOf } from './collected-runs.ts'

const servers = new LocalServers()
afterEach(() => servers.close())

const NOW_MS = Date.UTC(2026, 10, 20, 12)
const COMMON = {
  ...{ name: 'main', everyMs: 1000, userAgent: 'waybill/test', backOffMs: 1 },
  ...{ since: '2026-11-18', clock: () => NOW_MS * 1000, token: async () => 'a-secret' },
}

/** Each collector, the path of its first log, and a page of that log with these items. */
const VENDORS = {
  quay: {
    of: (url: string) =>
      createQuayCollector({
        ...{ ...COMMON, url, organizations: ['acme'], user: false },
        ...{ repositories: [], superuser: false },
      }),
    log: 'organization acme',
    page: (items: readonly unknown[]) => ({ logs: items, next_page: 'more' }),
  },
  opsera: {
    of: (url: string) => createOpseraCollector({ ...COMMON, url, logs: ['pipelines'] }),
    log: 'pipelines',
    page: (items: readonly unknown[]) => ({ count: 1_000_000, data: items }),
  },
  hss: {
    of: (url: string) =>
      createHssCollector({
        ...{ ...COMMON, url, projectId: 'p', accessKey: undefined },
        secretKey: async () => '',
      }),
    log: 'image operations',
    page: (items: readonly unknown[]) => ({ total_num: items.length + 1, data_list: items }),
  },
  station: {
    of: (url: string) =>
      createStationCollector({
        ...{ ...COMMON, url, apiPath: 'api', username: 'audit', timezoneOffset: 0 },
        password: async () => 'a-secret',
      }),
    log: 'log',
    page: (items: readonly unknown[]) => items,
  },
} as const
const NAMES = ['quay', 'opsera', 'hss', 'station'] as const

/** Answers everything by `listener`, but signs in to a station. */
function signingIn(listener: RequestListener): RequestListener {
  return (request, response) => {
    if (request.url !== '/api/login') return listener(request, response)
    response.setHeader('Set-Cookie', `${SESSION_COOKIE}=1`)
    response.end('{"username": "audit"}')
  }
}

describe.each(NAMES)('a hostile %s', (vendor) => {
  const { of, log, page } = VENDORS[vendor]

  test.each([
    ['500 to everything', { status: 500, body: '{"message": "out of order"}' }],
    ['a page of another server', { status: 200, body: '<html>' }],
    ['JSON of another shape', { status: 200, body: '"logs"' }],
    [
      'an object in place of a list',
      { status: 200, body: '{"logs": {}, "data": {}, "data_list": {}}' },
    ],
  ] as const)('that answers %s ends in a gap with the name of the log', async (_, answer) => {
    const url = await servers.start(
      signingIn((_request, response) => response.writeHead(answer.status).end(answer.body)),
    )
    const { gaps, error } = await runOf(of(url))
    expect(error).toBeInstanceOf(LogsUnreadError)
    expect(gaps.map(({ target }) => target?.name ?? target?.type)).toContain(log)
    expect(String(error)).toContain(log)
  })

  test('that redirects is not followed, and sees no token of this one', async () => {
    let strangers = 0
    const stranger = await servers.start((_request, response) => {
      strangers += 1
      response.end('{}')
    })
    const url = await servers.start((request, response) => {
      response.writeHead(307, { Location: `${stranger}${request.url}` }).end()
    })
    const { error } = await runOf(of(url))
    expect(error).toBeInstanceOf(Error)
    expect(String(error)).not.toContain('a-secret')
    expect(strangers).toBe(0)
  })

  test('whose pages never end, and hold no rows, ends all the same', async () => {
    const items = [null, 7, 'text', [1], { time: {}, _id: 5, id: 'x', datetime: 7, kind: {} }]
    const body = JSON.stringify(page(items))
    const url = await servers.start(
      signingIn((_request, response) => response.writeHead(200).end(body)),
    )
    const { events, gaps, troubles } = await runOf(of(url))
    expect(gaps.length + troubles.length).toBeGreaterThan(0)
    // What stands in place of rows is kept, once.
    const dead = events.filter(({ action }) => action === 'source.dead-letter')
    expect(dead.length).toBeGreaterThanOrEqual(4)
  })
})
