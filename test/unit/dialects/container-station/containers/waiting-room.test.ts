import { setMaxListeners } from 'node:events'
import { expect, test } from 'vitest'
import type { JsonObject } from '../../../../../src/core/event/event.ts'
import { Containers } from '../../../../../src/dialects/container-station/containers/containers.ts'
import { StateWaits } from '../../../../../src/dialects/container-station/containers/wait-for-state.ts'
import {
  WAITS,
  WaitingRoom,
} from '../../../../../src/dialects/container-station/containers/waiting-room.ts'
import type { Caller } from '../../../../../src/dialects/container-station/credentials.ts'
import type { WaitParameters } from '../../../../../src/dialects/container-station/parameters.ts'
import { callerNamed, StationModel } from '../station-context.ts'

const CALLER = callerNamed('alice')
const WEB = { type: 'container', id: 'a'.repeat(64), name: 'web' }
const NEVER = new AbortController().signal
// One client stands for a thousand.
setMaxListeners(0, NEVER)
const LONG_MS = 60_000

function event(action: string, target: object = WEB) {
  return { action, category: 'container', actor: null, target } as const
}

function stationWithWeb() {
  const station = new StationModel()
  station.add(event('container.create'), event('container.start'))
  const room = new WaitingRoom(station)
  const containers = new Containers({ engines: [], defaultTenant: 'default' })
  const waits = new StateWaits(containers, station.events, room)
  const wait = (parameters: Partial<WaitParameters> = {}, signal = NEVER, caller = CALLER) =>
    waits.wait(
      caller,
      { type: 'docker', container: 'web', state: 'stopped', durationMs: LONG_MS, ...parameters },
      signal,
    )
  return { station, waits, wait }
}

/** Callers that together may take every place: three tokens of a tenant, and an administrator's. */
const CROWD: readonly Caller[] = [
  ...['one', 'two', 'three'].map((tokenId) => ({
    ...CALLER,
    principal: { ...CALLER.principal, tokenId },
  })),
  { ...CALLER, principal: { ...CALLER.principal, tenant: null, roles: ['administrator'] } },
]

const crowdOf = (count: number, wait: (caller: Caller | undefined) => Promise<JsonObject>) =>
  Array.from({ length: count }, (_, index) => wait(CROWD[index % CROWD.length]))

/** Lets everything run that can. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate)
}

test('a wait ends with the event that it waits for', async () => {
  const { station, wait } = stationWithWeb()
  const waited = wait()
  await settled()
  station.add(
    event('container.kill'),
    event('container.exit', { ...WEB, id: 'b'.repeat(64), name: 'other' }),
  )
  await settled()
  station.add({ ...event('container.exit'), outcome: 'failure' })
  expect(await waited).toMatchObject({ name: 'web', state: 'stopped' })
})

test('what failed, was denied or only began ends no wait', async () => {
  const { station, wait } = stationWithWeb()
  const waited = wait()
  for (const outcome of ['failure', 'denied', 'pending'] as const) {
    station.add({ ...event('container.stop'), outcome }, { ...event('container.delete'), outcome })
    await settled()
  }
  station.add(event('container.stop'))
  expect(await waited).toMatchObject({ name: 'web', state: 'stopped' })
})

test('a wait by the beginning of an id ends too', async () => {
  const { station, wait } = stationWithWeb()
  const waited = wait({ container: 'a'.repeat(12) })
  await settled()
  station.add(event('container.stop'))
  expect(await waited).toMatchObject({ state: 'stopped' })
})

test('what was stored before the request does not end it', async () => {
  const { station, wait } = stationWithWeb()
  // Somebody else's wait has the loop running, behind the events that follow.
  const other = wait({ container: 'web', state: 'stopped', durationMs: 0 })
  station.add(event('container.stop'), event('container.start'))
  expect(await wait({ durationMs: 1 })).toMatchObject({ state: 'running' })
  await other
})

test('a container that is destroyed meanwhile is unknown', async () => {
  const { station, wait } = stationWithWeb()
  const waited = wait()
  await settled()
  station.add(event('container.delete'))
  await expect(waited).rejects.toMatchObject({ status: 404 })
})

test('an event of an earlier time, as after a jump of a clock, ends a wait too', async () => {
  const { station, wait } = stationWithWeb()
  const waited = wait()
  await settled()
  station.add({ ...event('container.stop'), time: '2001-01-01T00:00:00.000000Z' })
  expect(await waited).toMatchObject({ name: 'web', state: 'stopped' })
})

test('a thousand wait for nothing but one growth of the ledger, and all are told', async () => {
  const { station, wait } = stationWithWeb()
  const waits = crowdOf(WAITS.allMax, (caller) => wait({}, NEVER, caller))
  await settled()
  expect(station.waiting).toBe(1)
  expect(station.tails).toBe(0)
  await expect(wait()).rejects.toMatchObject({ status: 503, retryAfterSeconds: 10 })
  station.add(event('container.stop'))
  expect(new Set((await Promise.all(waits)).map(({ state }) => state))).toEqual(
    new Set(['stopped']),
  )
  expect(station.tails).toBe(1)
  await settled()
  expect(station.waiting).toBe(0)
})

test('no token and no tenant takes all places to wait', async () => {
  const { station, waits, wait } = stationWithWeb()
  const ofToken = (count: number, caller: Caller | undefined) =>
    Array.from({ length: count }, () => wait({}, NEVER, caller))
  const [one, two, three, administrator] = CROWD
  const waiting = ofToken(WAITS.callerMax, one)
  await expect(wait({}, NEVER, one)).rejects.toMatchObject({ status: 429, retryAfterSeconds: 10 })
  waiting.push(...ofToken(WAITS.callerMax, two), ...ofToken(WAITS.callerMax, three))
  // The tenant has all of its places: another token of it gets none, another tenant does.
  await expect(wait()).rejects.toMatchObject({ status: 429 })
  waiting.push(wait({}, NEVER, administrator))
  await settled()
  station.add(event('container.stop'))
  expect(new Set((await Promise.all(waiting)).map(({ state }) => state))).toEqual(
    new Set(['stopped']),
  )
  // Places are free again.
  waiting.push(...ofToken(WAITS.callerMax, one))
  waits.close()
  await Promise.all(waiting)
})

test('who goes away leaves a place', async () => {
  const { station, wait } = stationWithWeb()
  const gone = new AbortController()
  setMaxListeners(0, gone.signal)
  const waits = crowdOf(WAITS.allMax, (caller) => wait({}, gone.signal, caller))
  await settled()
  gone.abort()
  await Promise.all(waits)
  expect(station.waiting).toBe(0)
  expect(await wait({ durationMs: 0 })).toMatchObject({ state: 'running' })
})

test('at the end of the server every caller is answered', async () => {
  const { waits, wait } = stationWithWeb()
  const waited = wait()
  await settled()
  waits.close()
  expect(await waited).toMatchObject({ state: 'running' })
  await expect(wait()).rejects.toMatchObject({ status: 503 })
})

test('what takes long to measure holds no wait up', async () => {
  const station = new StationModel()
  const information = {
    ...{ id: WEB.id, name: 'web', image: 'box:1', imageId: '', state: 'running', running: true },
    ...{ networkMode: 'none', labels: {}, ports: [], addresses: [] },
  }
  const engine = {
    name: 'docker1',
    tenant: undefined,
    container: async () => information,
    containers: async () => [information],
    statistics: () => new Promise<never>(() => undefined),
  }
  const containers = new Containers({ engines: [engine], defaultTenant: 'default' })
  const waits = new StateWaits(containers, station.events, new WaitingRoom(station))
  const wait = (state: 'running' | 'stopped') =>
    waits.wait(CALLER, { type: 'docker', container: 'web', state, durationMs: 1 }, NEVER)
  expect(await wait('running')).toMatchObject({ state: 'running', memory: 0 })
  expect(await wait('stopped')).toMatchObject({ state: 'running', memory: 0 })
})
