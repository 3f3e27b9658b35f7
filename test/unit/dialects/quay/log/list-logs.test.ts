import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createCursorCodec } from '../../../../../src/core/query/cursor.ts'
import type { EventReader } from '../../../../../src/core/query/query.ts'
import { formatTimestamp } from '../../../../../src/core/time/timestamp.ts'
import { type LogPage, listLogs } from '../../../../../src/dialects/quay/log/list-logs.ts'
import type { LogSubject } from '../../../../../src/dialects/quay/selection.ts'
import { BASE_MICROS, eventOf } from '../../../../support/store-events.ts'
import { StoreModel } from '../../../../support/store-model.ts'

const SUBJECT: LogSubject = { tenant: 'default', namespace: 'acme', hidesServiceKeys: false }
const CURSORS = createCursorCodec(Buffer.alloc(32, 1))

/** How old an event is, in seconds, and whether Quay has a kind for it. */
interface Logged {
  readonly age: number
  readonly isShown: boolean
}

/** A log of these events; `tag` tells them apart. */
function logOf(logged: readonly Logged[]) {
  const model = new StoreModel()
  let now = BASE_MICROS
  logged.forEach(({ age, isShown }, seq) => {
    const action = isShown ? 'image.push' : 'blob.push'
    const time = formatTimestamp(BASE_MICROS - age * 1_000_000)
    const target = { namespace: 'acme', repository: 'app', tag: String(seq) }
    model.events.push({ event: eventOf({ action, time, target }), origin: 'o', seq })
  })
  const unused = () => Promise.reject(new Error('the list asks for pages alone'))
  const events: EventReader = {
    page: async (query) => model.page(query),
    get: unused,
    tail: unused,
    count: unused,
    histogram: unused,
    topValues: unused,
    stream: () => {
      throw new Error('the list asks for pages alone')
    },
    export: () => {
      throw new Error('the list asks for pages alone')
    },
  }
  // Every request comes an hour after the one before.
  const clock = () => {
    now += 3_600_000_000
    return now - 3_600_000_000
  }
  return { events, cursors: CURSORS, clock }
}

interface Asked {
  readonly nextPage?: string
  readonly starttime?: string
  readonly endtime?: string
  readonly performer?: string
  readonly subject?: LogSubject
}

function ask(context: ReturnType<typeof logOf>, asked: Asked = {}): Promise<LogPage> {
  const { starttime, endtime, nextPage, performer, subject = SUBJECT } = asked
  return listLogs(subject, { dates: { starttime, endtime }, performer, nextPage }, context)
}

function tagsOf(page: LogPage): unknown[] {
  return page.logs.map((entry) => Object(entry['metadata']).tag)
}

const logged = fc.record({
  age: fc.integer({ min: 0, max: 20 }),
  // Weighted, so that pages of shown events alone are tried too.
  isShown: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, fc.boolean()),
})

async function expectWalkShowsEachOnce(events: readonly Logged[]): Promise<void> {
  const context = logOf(events)
  const seen: number[] = []
  let page = await ask(context)
  const { start_time, end_time } = page
  for (;;) {
    seen.push(...tagsOf(page).map(Number))
    // The range of a walk stays where it was when the walk began.
    expect(page).toMatchObject({ start_time, end_time })
    if (page.next_page === undefined) break
    expect(page.logs).toHaveLength(20)
    page = await ask(context, { nextPage: page.next_page })
    // No page is empty but that of an empty log.
    expect(page.logs.length).toBeGreaterThan(0)
  }
  const shown = events.flatMap(({ isShown }, index) => (isShown ? [index] : []))
  expect(seen.sort((left, right) => left - right)).toEqual(shown)
}

test('a walk shows every entry once, also of equal times, and also without dates', async () => {
  await fc.assert(fc.asyncProperty(fc.array(logged, { maxLength: 90 }), expectWalkShowsEachOnce), {
    numRuns: 100,
  })
})

test.each([19, 20, 21, 40])('what is not shown makes no page after %i entries', async (count) => {
  const shown = Array.from({ length: count }, () => ({ age: 1, isShown: true }))
  const hidden = Array.from({ length: 30 }, () => ({ age: 2, isShown: false }))
  await expectWalkShowsEachOnce([...shown, ...hidden])
})

test('a token that was not issued for the log is the first page', async () => {
  const context = logOf(Array.from({ length: 45 }, (_, age) => ({ age, isShown: true })))
  const first = await ask(context)
  const token = first.next_page ?? ''
  const others = await ask(context, { subject: { ...SUBJECT, repository: 'app' } })
  const forged = [
    'x',
    '.',
    `${token}A`,
    token.slice(1),
    `z${token.slice(1)}`,
    'gAAAAABm',
    others.next_page ?? '',
  ]
  for (const nextPage of forged) {
    expect(tagsOf(await ask(context, { nextPage }))).toEqual(tagsOf(first))
  }
  expect(tagsOf(await ask(context, { nextPage: token }))).not.toEqual(tagsOf(first))
})

test('a token alone continues the range and the performer of its first page', async () => {
  const ages = Array.from({ length: 65 }, (_, index) => index * 3600)
  const context = logOf(ages.map((age) => ({ age, isShown: true })))
  const performer = eventOf().actor?.name ?? ''
  const asked = { starttime: '11/21/2026', endtime: '11/22/2026', performer }
  const walkOf = async (more: Asked) => {
    const first = await ask(context, asked)
    const tags = [...tagsOf(first)]
    let { next_page } = first
    while (next_page !== undefined) {
      const page: LogPage = await ask(context, { ...more, nextPage: next_page })
      expect(page).toMatchObject({ start_time: first.start_time, end_time: first.end_time })
      tags.push(...tagsOf(page))
      next_page = page.next_page
    }
    return tags
  }
  const whole = await walkOf(asked)
  expect(whole.length).toBeGreaterThan(20)
  expect(await walkOf({})).toEqual(whole)
})

test('a token is a place only: other dates or another performer apply from there on', async () => {
  const context = logOf(Array.from({ length: 45 }, (_, age) => ({ age, isShown: true })))
  const nextPage = (await ask(context)).next_page ?? ''
  const performer = 'nobody'
  expect((await ask(context, { nextPage, performer })).logs).toEqual([])
  const starttime = '11/01/2026'
  expect(tagsOf(await ask(context, { nextPage, starttime }))[0]).toBe('20')
})
