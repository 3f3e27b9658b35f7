import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { NewEvent } from '../../../../src/core/event/new-event.ts'
import { createClock } from '../../../../src/core/time/timestamp.ts'
import { AnnouncedCalls } from '../../../../src/sources/docker-authz/calls/announced-calls.ts'
import { CallReader } from '../../../../src/sources/docker-authz/calls/call-reader.ts'
import { openEnvelope } from '../../../../src/sources/docker-authz/envelope.ts'
import type { Translation } from '../../../../src/sources/source.ts'
import { type Asked, type Call, capturedCalls, request, response } from './captured.ts'
import { ModelEngine } from './model-engine.ts'

const ID = '45a60534b42a7176cb106c8a63bb84557c85e01e8fa9214874e08053835c8322'

let engine: ModelEngine
let taken: Translation[]
let reader: CallReader

beforeEach(() => {
  engine = new ModelEngine()
  engine.byName.set('web', ID)
  taken = []
  const intake = {
    take: (translation: Translation) => void taken.push(translation),
    record: async () => undefined,
    clock: createClock(),
    trouble: (error: unknown) => {
      throw error
    },
  }
  reader = new CallReader(engine, Promise.resolve(intake))
})

afterEach(() => vi.useRealTimers())

function pluginCall({ kind, body }: Call) {
  const bytes = Buffer.from(JSON.stringify(body))
  return { kind, body: bytes, bytes: bytes.length }
}

const announce = (call: Call) => reader.announce(pluginCall(call))

async function pendingOf(call: Call): Promise<NewEvent | undefined> {
  return (await announce(call)?.pending())?.events[0]
}

async function endOf(asked: Asked): Promise<NewEvent | undefined> {
  reader.hear(pluginCall(response(asked)))
  await reader.settled()
  return taken.at(-1)?.events[0]
}

test.each([
  ['/containers/web/start', 'container.start'],
  ['/containers/45a60534/start', 'container.start'],
  ['/containers/web/rename?name=other', 'container.rename'],
  ['/commit?container=web&repo=kept', 'container.commit'],
])('what %s names is known before it is carried out', async (uri, action) => {
  const event = await pendingOf(request({ uri }))
  expect(event).toMatchObject({ action, outcome: 'pending' })
  if (action === 'container.commit') return
  expect(event?.target).toMatchObject({ id: ID, name: 'web', repository: 'app', tag: '1' })
})

test('the container of a command is known, before it and after', async () => {
  engine.execs.set('e1', ID)
  const asked = { uri: '/exec/e1/start' }
  const expected = { target: { id: ID, name: 'web' }, details: { execID: 'e1' } }
  expect(await pendingOf(request(asked))).toMatchObject(expected)
  expect(await endOf(asked)).toMatchObject(expected)
})

test('images and networks are known by the ids that the daemon says', async () => {
  const image = `sha256:${'ab'.repeat(32)}`
  engine.images.set(image, ['app:1'])
  engine.networks.set('inner', 'cd'.repeat(32))
  const tagging = await pendingOf(request({ uri: '/images/abab/tag?repo=kept&tag=2' }))
  expect(tagging?.target).toMatchObject({ type: 'image', id: image })
  const body = { Container: 'web' }
  const connecting = await pendingOf(request({ uri: '/networks/inner/connect', body }))
  expect(connecting).toMatchObject({
    target: { id: 'cd'.repeat(32), name: 'inner' },
    details: { container: ID },
  })
})

test('a daemon that does not say what a name means holds up no request', async () => {
  vi.useFakeTimers()
  engine.container = () => new Promise(() => undefined)
  const pending = pendingOf(request({ uri: '/containers/web/start' }))
  await vi.advanceTimersByTimeAsync(1_000)
  expect((await pending)?.target).toEqual({ type: 'container', name: 'web' })
})

test('that what a request names was asked for changes nothing of its end', async () => {
  const asked = { uri: '/containers/web/rename?name=other' }
  await pendingOf(request(asked))
  engine.byName.delete('web')
  engine.byName.set('other', ID)
  expect(await endOf(asked)).toMatchObject({
    action: 'container.rename',
    outcome: 'success',
    target: { id: ID, name: 'web' },
  })
  expect((await pendingOf(request({ uri: '/containers/other/stop' })))?.target?.name).toBe('other')
})

test('of the captured calls, those are announced that have an event in the end', () => {
  const calls = capturedCalls().filter(({ kind }) => kind === 'request')
  const announced = calls.map((call) => announce(call) !== undefined)
  expect(announced.filter(Boolean)).toHaveLength(6)
})

test('no secret of a request is in the event before it', async () => {
  const body = { Image: 'team/app:1', Cmd: ['mysql', '-phunter2'], Env: ['PASSWORD=hunter2'] }
  const event = await pendingOf(request({ uri: '/containers/create?name=db', body }))
  expect(event).toMatchObject({ action: 'container.create', target: { name: 'db' } })
  expect(JSON.stringify(event)).not.toContain('hunter2')
})

test('the numbers of requests without an end are forgotten, the oldest first', () => {
  const calls = new AnnouncedCalls()
  const requestOf = (uri: string) => {
    const envelope = openEnvelope(pluginCall(request({ uri })))
    if ('unreadable' in envelope) throw new Error(envelope.unreadable)
    return envelope.request
  }
  const first = requestOf('/containers/first/start')
  calls.announce(first)
  const second = requestOf('/containers/second/start')
  const numbers = Array.from({ length: 10_000 }, () => calls.announce(second))
  expect(calls.end(first)).toBeUndefined()
  expect(calls.end(second)).toBe(numbers.at(-1))
  expect(calls.end(requestOf('/containers/third/start'))).toBeUndefined()
})
