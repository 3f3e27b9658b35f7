import { afterEach, describe, expect, test } from 'vitest'
import { LogsUnreadError } from '../../../../src/dialects/collecting/collector.ts'
import { createQuayCollector } from '../../../../src/dialects/quay/collect/collector.ts'
import { type TableRow, tablePage } from '../../../support/two-table-quay.ts'
import { LocalServers, runOf } from '../collected-runs.ts'

const DAY = Date.UTC(2026, 10, 18) / 1000
const NOW_MICROS = (DAY + 2.5 * 86_400) * 1_000_000
const servers = new LocalServers()
afterEach(() => servers.close())

interface Row extends TableRow {
  readonly namespace: string
  readonly performer: string
  readonly repo: string
  readonly tag: string
}

function rows(count: number, members: Partial<Row> = {}): readonly Row[] {
  return Array.from({ length: count }, (_, at) => ({
    ...{ table: 1 as const, second: DAY + 100 + at, namespace: 'acme' },
    ...{ performer: 'alice', repo: 'app', tag: `${members.performer ?? ''}${at}` },
    ...members,
  }))
}

const mailDate = (second: number) => new Date(second * 1000).toUTCString().replace('GMT', '-0000')

/** An answer in place of the Quay's own; undefined: that. */
type Refusal = (url: URL) => { readonly status: number; readonly body: string } | undefined

/** A Quay with these rows, which pages over its tables as a real one does. */
async function startQuay(all: readonly Row[], refusal: Refusal = () => undefined) {
  const requests: URL[] = []
  const url = await servers.start((request, response) => {
    const asked = new URL(request.url ?? '/', 'http://quay')
    requests.push(asked)
    const refused = refusal(asked)
    const { status, body } = refused ?? { status: 200, body: JSON.stringify(answerTo(asked, all)) }
    response.writeHead(status).end(body)
  })
  return { url, requests }
}

function answerTo(url: URL, all: readonly Row[]): object {
  const [, , , kind, namespace, repo] = url.pathname.split('/')
  const secondOf = (name: string) => Date.parse(`${url.searchParams.get(name)} UTC`) / 1000
  const performer = url.searchParams.get('performer')
  const found = all.filter(
    (row) =>
      (kind === 'superuser' || row.namespace === namespace) &&
      (kind !== 'repository' || row.repo === repo) &&
      (performer === null || row.performer === performer) &&
      row.second >= secondOf('starttime') &&
      row.second < secondOf('endtime') + 86_400,
  )
  if (url.pathname.endsWith('/aggregatelogs')) {
    const days = new Map<number, number>()
    for (const { second } of found) {
      const day = Math.floor(second / 86_400) * 86_400
      days.set(day, (days.get(day) ?? 0) + 1)
    }
    const counts = [...days].map(([day, count]) => ({
      ...{ kind: 'push_repo', count, datetime: mailDate(day) },
    }))
    return { aggregated: counts }
  }
  const page = tablePage(found, url.searchParams.get('next_page') ?? undefined)
  const logs = page.rows.map((row) => ({
    kind: 'push_repo',
    metadata: { namespace: row.namespace, repo: row.repo, tag: row.tag },
    ip: '192.0.2.1',
    datetime: mailDate(row.second),
    performer: { kind: 'user', name: row.performer, is_robot: false },
    ...(kind === 'superuser' && { namespace: { kind: 'org', name: row.namespace } }),
  }))
  return { logs, ...(page.next !== undefined && { next_page: page.next }) }
}

function collector(url: string, organizations: readonly string[]) {
  return createQuayCollector({
    ...{ name: 'main', url, organizations, user: false, repositories: [] },
    ...{ superuser: organizations.length === 0, token: async () => 'a-secret', everyMs: 1 },
    ...{ since: '2026-11-18', userAgent: 'waybill/test', clock: () => NOW_MICROS, backOffMs: 1 },
  })
}

describe('a Quay whose old table has more rows than a page', () => {
  test('is read by performers and repositories, and nothing is missing', async () => {
    const all = [
      ...rows(30, { table: 0, performer: 'eve' }),
      ...['ann', 'bob', 'cy'].flatMap((performer) => rows(18, { performer })),
      ...rows(15, { performer: 'dan', second: DAY + 86_400 + 5 }),
    ]
    const { url } = await startQuay(all)
    const { events, gaps, error } = await runOf(collector(url, ['acme']))
    expect([error, events.length, gaps.length]).toEqual([undefined, all.length, 0])
  })

  test.each([
    ['an organization', ['acme', 'beta'], 'organization acme'],
    ['everything', [], 'everything'],
  ] as const)('of %s: what cannot be had is a gap, and the rest is read', async (_, logs, name) => {
    // One performer's pushes to one repository in one second: no cut is narrow enough.
    const block = rows(45, { second: DAY + 7 })
    const others = [...rows(3, { namespace: 'beta', table: 0, second: DAY + 90_000 })]
    const { url } = await startQuay([...block, ...others])
    const { events, gaps, error, position } = await runOf(collector(url, logs))
    expect(error).toBeUndefined()
    expect(events).toHaveLength(20 + others.length)
    expect(gaps).toMatchObject([
      {
        target: { name },
        details: { day: '2026-11-18', missing: 25, expected: { push_repo: 45 } },
        message: expect.stringContaining('waybill import quay --database'),
      },
    ])
    // A later run does not begin with that day again.
    const again = await runOf(collector(url, logs), position)
    expect(again.gaps).toEqual([])
  })
})

test('500 to a filter is given up at once, and is no outage', async () => {
  const all = [...rows(45), ...rows(5, { performer: 'org', second: DAY + 9 })]
  const { url, requests } = await startQuay(all, ({ searchParams }) =>
    searchParams.get('performer') === 'org' ? { status: 500, body: '' } : undefined,
  )
  const { error } = await runOf(collector(url, ['acme']))
  expect(error).toBeUndefined()
  const asked = requests.filter(({ searchParams }) => searchParams.get('performer') === 'org')
  expect(asked.length).toBeLessThanOrEqual(2)
})

test('a day that is always 500 is a gap, and the days after it are read', async () => {
  const all = [...rows(5), ...rows(7, { table: 0, second: DAY + 86_400 })]
  const { url } = await startQuay(all, ({ pathname, searchParams }) =>
    pathname.endsWith('/logs') && searchParams.get('starttime') === '11/18/2026'
      ? { status: 500, body: '' }
      : undefined,
  )
  const { events, gaps, error } = await runOf(collector(url, ['acme']))
  expect([error, events.length]).toEqual([undefined, 7])
  expect(gaps).toMatchObject([{ details: { day: '2026-11-18', missing: 5 } }])
})

test('a log that is always 500 is named, and the other logs are read', async () => {
  const all = [...rows(5), ...rows(4, { namespace: 'beta', table: 0 })]
  const { url } = await startQuay(all, ({ pathname }) =>
    pathname.includes('/acme/') ? { status: 500, body: '' } : undefined,
  )
  const { events, gaps, error } = await runOf(collector(url, ['acme', 'beta']))
  expect(events).toHaveLength(4)
  expect(gaps).toMatchObject([{ target: { name: 'organization acme' } }])
  expect(error).toBeInstanceOf(LogsUnreadError)
})

test('bare NaN, large numbers and odd members of a page cost a field and no entry', async () => {
  const page =
    '{"logs": [{"kind": "push_repo", "metadata": {"n": 12345678901234567890, "a": NaN}, "ip": ' +
    '"x", "datetime": "Wed, 18 Nov 2026 10:00:00 -0000"}, {"kind": {"a": 1}, "metadata": [],' +
    ' "performer": "eve", "datetime": "Wed, 18 Nov 2026 10:00:01 -0000"}, {"kind": "push_repo",' +
    ' "datetime": {}}, null]}'
  const { url } = await startQuay([], ({ pathname, searchParams }) =>
    pathname.endsWith('/logs') && searchParams.get('starttime') === '11/18/2026'
      ? { status: 200, body: page }
      : undefined,
  )
  const { events, error } = await runOf(collector(url, ['acme']))
  expect(error).toBeUndefined()
  expect(events).toMatchObject([
    {
      details: {
        n: '12345678901234567890',
        a: 'NaN',
        metadata_json: '{"n": 12345678901234567890, "a": NaN}',
        asSent: { '/client/ip': 'x' },
      },
    },
    { details: { asSent: { '/nativeAction': '{"a":1}', '/actor': 'eve', '/details': '[]' } } },
    { nativeAction: 'push_repo', details: { asSent: { '/time': '{}' } } },
    { action: 'source.dead-letter', target: { name: 'organization acme' } },
  ])
})
