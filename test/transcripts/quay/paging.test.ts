import { afterAll, beforeAll, expect, test } from 'vitest'
import { startWaybill, type WaybillProcess } from '../../support/waybill-process.ts'

/** Quay itself shows 1 020 of these: it loses entries of equal times at the end of a page. */
const EVENTS = 3000
const EVENTS_PER_SECOND = 3
const START_MS = Date.UTC(2024, 5, 18)
const PAGE_ENTRIES = 20
const RANGE = 'starttime=06/18/2024&endtime=06/18/2024'

let waybill: WaybillProcess

beforeAll(async () => {
  waybill = await startWaybill()
  await send(Array.from({ length: EVENTS }, (_, index) => event(index)))
})

afterAll(() => waybill.stop())

function event(index: number) {
  const second = Math.floor(index / EVENTS_PER_SECOND)
  return {
    action: 'image.pull',
    time: new Date(START_MS + second * 1000).toISOString(),
    target: { namespace: 'acme', repository: 'app', tag: String(index) },
  }
}

async function send(events: readonly object[]): Promise<void> {
  const answer = await waybill.request('/v1/events', {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-ndjson' },
    body: events.map((one) => JSON.stringify(one)).join('\n'),
  })
  expect(answer.status).toBe(201)
}

interface Page {
  readonly tags: readonly number[]
  readonly nextPage: string | undefined
}

async function read(path: string): Promise<Page> {
  const answer = await waybill.request(path)
  expect(answer.status).toBe(200)
  const body: { logs: { metadata: { tag: string } }[]; next_page?: string } = JSON.parse(
    await answer.text(),
  )
  return { tags: body.logs.map(({ metadata }) => Number(metadata.tag)), nextPage: body.next_page }
}

async function* walk(path: string): AsyncIterable<Page> {
  let nextPage: string | undefined = ''
  do {
    // Every client repeats its dates beside the token; the web page sends an empty first token.
    const page: Page = await read(`${path}?${RANGE}&next_page=${encodeURIComponent(nextPage)}`)
    yield page
    nextPage = page.nextPage
  } while (nextPage !== undefined)
}

test('a walk shows each of 3 000 entries once, though three each have equal times', async () => {
  const seen: number[] = []
  let pages = 0
  for await (const { tags } of walk('/api/v1/organization/acme/logs')) {
    expect(tags).toHaveLength(PAGE_ENTRIES)
    seen.push(...tags)
    pages += 1
  }
  expect(pages).toBe(EVENTS / PAGE_ENTRIES)
  expect(new Set(seen).size).toBe(EVENTS)
  expect(seen).toHaveLength(EVENTS)
  const seconds = seen.map((tag) => Math.floor(tag / EVENTS_PER_SECOND))
  expect(seconds).toEqual([...seconds].sort((left, right) => right - left))
})

test('a client that sends the token alone gets the rest of its range', async () => {
  const path = '/api/v1/organization/acme/logs'
  const seen: number[] = []
  let page = await read(`${path}?${RANGE}`)
  for (;;) {
    seen.push(...page.tags)
    if (page.nextPage === undefined) break
    page = await read(`${path}?next_page=${encodeURIComponent(page.nextPage)}`)
  }
  expect(new Set(seen).size).toBe(EVENTS)
  expect(seen).toHaveLength(EVENTS)
})

test('events that come in during a walk neither hide nor repeat an entry', async () => {
  const seen: number[] = []
  let late = EVENTS
  for await (const { tags } of walk('/api/v1/repository/acme/app/logs')) {
    seen.push(...tags)
    // One more among the newest and one among the oldest, with the times of events there.
    const times = [EVENTS - 1, 0].map((index) => event(index).time)
    await send(
      times.map((time) => {
        late += 1
        return { ...event(late), time }
      }),
    )
  }
  const early = seen.filter((tag) => tag < EVENTS)
  expect(new Set(seen).size).toBe(seen.length)
  expect(early).toHaveLength(EVENTS)
})

test('an aggregate counts what a walk shows', async () => {
  let shown = 0
  for await (const { tags } of walk('/api/v1/organization/acme/logs')) shown += tags.length
  const answer = await waybill.request(`/api/v1/organization/acme/aggregatelogs?${RANGE}`)
  expect(await answer.json()).toEqual({
    aggregated: [{ kind: 'pull_repo', count: shown, datetime: 'Tue, 18 Jun 2024 00:00:00 -0000' }],
  })
})
