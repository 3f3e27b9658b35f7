import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { engineClient } from '../../src/sources/engine/client/engine-client.ts'
import type { ContainerEngineProcess } from '../support/container-engine.ts'
import { eventually } from '../support/eventually.ts'
import { checkLedger, readJson } from '../support/ledger-check.ts'
import { type Registry, startRegistry } from '../support/registry.ts'
import {
  ENGINE_NAMES,
  type EngineName,
  type Engines,
  startEngines,
  stopEngines,
  watchArguments,
} from '../support/watched-engines.ts'
import { startWaybill, type WaybillProcess } from '../support/waybill-process.ts'

const ALICE = { name: 'alice', password: 'alice-secret' }
const IMAGE = 'localhost/box:1'

const folder = mkdtempSync(join(tmpdir(), 'waybill-engine-'))
const dataDirectory = join(folder, 'waybill')
let waybill: WaybillProcess
let engines: Engines
let registry: Registry
/** What each engine told about itself, over all of its runs. */
const told: Readonly<Record<EngineName, Set<string>>> = { docker1: new Set(), podman1: new Set() }

beforeAll(async () => {
  registry = await startRegistry({
    folder: join(folder, 'registry'),
    accounts: [ALICE],
    // Nobody is there: what the registry tells is not looked at here.
    notify: { url: 'http://127.0.0.1:9/', authorization: '' },
  })
  engines = await startEngines(folder)
  waybill = await startWaybill({ dataDirectory, arguments: watchArguments(folder, engines) })
})

afterAll(async () => {
  await waybill?.stop()
  await Promise.all([stopEngines(engines), registry?.stop()])
  rmSync(folder, { recursive: true, force: true })
})

describe.each(ENGINE_NAMES)('what happened on %s', (name) => {
  test('is found once each: an image, and a container from its making to its removal', async () => {
    const engine = engines[name]
    await engine.build(IMAGE)
    await work(engine, 'first')
    await everythingIsFoundOnce(name)
    const actions = (await eventsOf(name))
      .filter((event) => event.target?.name === 'first')
      .map((event) => event.action)
    const essential = new Set(ESSENTIAL[name])
    expect(actions.filter((action) => essential.has(action)).sort()).toEqual(
      [...ESSENTIAL[name]].sort(),
    )
  })

  test('has a target, a message, and no actor', async () => {
    const created = (await eventsOf(name)).find(
      ({ action, target }) => action === 'container.create' && target?.name === 'first',
    )
    expect(created).toMatchObject({
      actor: null,
      outcome: 'success',
      category: 'container',
      target: { type: 'container', name: 'first' },
    })
    const id = created?.target?.id ?? ''
    expect(id).toMatch(/^[0-9a-f]{64}$/)
    expect(created?.message).toBe(`container first (${id.slice(0, 12)}) created`)
  })

  test('no password of a command that ran in a container is kept', async () => {
    const text = JSON.stringify(await eventsOf(name))
    expect(text).not.toContain('hunter2')
    if (name === 'docker1') expect(text).toContain('--password [redacted]')
  })

  test('its containers can be asked how they are', async () => {
    const engine = engines[name]
    const client = engineClient({ name, socket: engine.socket })
    const { signal } = new AbortController()
    await engine.call('POST', '/containers/create?name=asked', {
      Image: IMAGE,
      Cmd: ['/bin/busybox', 'sleep', '300'],
      Labels: { team: 'payments' },
      HostConfig: { NetworkMode: 'none' },
    })
    expect(await client.container('asked', signal)).toMatchObject({ running: false })
    expect(await client.statistics('asked', signal)).toMatchObject({ processorPercent: 0 })
    await engine.call('POST', '/containers/asked/start')
    const asked = await client.container('asked', signal)
    expect(asked).toMatchObject({
      name: 'asked',
      image: IMAGE,
      state: 'running',
      running: true,
      networkMode: 'none',
      labels: { team: 'payments' },
    })
    expect(await client.container(asked?.id.slice(0, 12) ?? '', signal)).toEqual(asked)
    expect(await client.containers(signal)).toMatchObject([{ name: 'asked', running: true }])
    const statistics = await client.statistics('asked', signal)
    expect(statistics?.memoryBytes).toBeGreaterThan(0)
    await engine.call('DELETE', '/containers/asked?force=true')
    expect(await client.container('asked', signal)).toBeUndefined()
    expect(await client.statistics('asked', signal)).toBeUndefined()
    expect(await client.containers(signal)).toEqual([])
    expect(await client.container('../version?', signal)).toBeUndefined()
  })

  test('images are pulled and deleted', async () => {
    const engine = engines[name]
    const remote = `${registry.host}/team/box`
    const account = JSON.stringify({ username: ALICE.name, password: ALICE.password })
    const as = { 'X-Registry-Auth': Buffer.from(account).toString('base64') }
    await engine.build('localhost/other:1')
    await engine.call('POST', `/images/localhost/other:1/tag?repo=${remote}&tag=${name}`)
    await engine.call('POST', `/images/${remote}/push?tag=${name}`, undefined, as)
    await engine.call('DELETE', `/images/${remote}:${name}`)
    await engine.call('DELETE', '/images/localhost/other:1')
    await engine.call('POST', `/images/create?fromImage=${remote}&tag=${name}`, undefined, as)
    await engine.call('DELETE', `/images/${remote}:${name}`)
    await everythingIsFoundOnce(name)
    const images = (await eventsOf(name)).filter((event) => event.category === 'image')
    const pulls = images.filter(
      (event) => event.action === 'image.pull' && event.target?.namespace === 'team',
    )
    expect(pulls).toMatchObject([
      { target: { name: `${remote}:${name}`, repository: 'box', tag: name } },
    ])
    const last = images.slice(images.indexOf(pulls[0] as EngineEvent))
    expect(last.map((event) => event.action)).toContain('image.delete')
  })
})

test('what happens while Waybill is killed is found later, and nothing twice', async () => {
  await waybill.kill()
  await work(engines.docker1, 'second')
  await work(engines.podman1, 'second')
  waybill = await waybill.restart()
  await everythingIsFoundOnce('docker1')
  await everythingIsFoundOnce('podman1')
  expect(await gaps()).toEqual([])
})

test('Podman keeps its events over a restart: nothing is missing', async () => {
  await engines.podman1.stop()
  await engines.podman1.start()
  await work(engines.podman1, 'third')
  await everythingIsFoundOnce('podman1')
  expect(await gaps()).toEqual([])
})

test('Docker forgets its events in a restart: Waybill says what may be missing', async () => {
  const last = (await eventsOf('docker1')).at(-1)
  await engines.docker1.stop()
  await engines.docker1.start()
  await work(engines.docker1, 'third')
  const [gap, ...more] = await eventually(gaps, (seen) => seen.length > 0, { what: 'a gap' })
  await everythingIsFoundOnce('docker1')
  expect(more).toEqual([])
  expect(gap).toMatchObject({
    level: 'warn',
    target: { type: 'source', name: 'engine/docker1' },
    details: { source: { kind: 'engine', name: 'docker1' }, from: last?.time },
  })
})

test('Docker keeps 256 events: Waybill says so when more happened while it was away', async () => {
  await waybill.kill()
  const volumes = Array.from({ length: 130 }, (_, index) => `volume${index}`)
  await Promise.all(
    volumes.map(async (volume) => {
      await engines.docker1.call('POST', '/volumes/create', { Name: volume })
      await engines.docker1.call('DELETE', `/volumes/${volume}`)
    }),
  )
  waybill = await waybill.restart()
  const seen = await eventually(gaps, (found) => found.length === 2, { what: 'another gap' })
  expect(seen[1]?.details).toMatchObject({ reason: 'the engine had more events than it keeps' })
  await everythingIsFoundOnce('docker1')
})

test('the ledger holds all of it, each event once', async () => {
  const events = await checkLedger(waybill)
  const names = events
    .filter(({ source }) => source.kind === 'engine')
    .map(({ source }) => `${source.name} ${source.eventId}`)
  expect(new Set(names).size).toBe(names.length)
})

/** Actions on a container that `work` leads to, as often as it does; others depend on timing. */
const ESSENTIAL: Readonly<Record<EngineName, readonly string[]>> = {
  docker1: [
    'container.create',
    'container.start',
    'container.exec',
    'container.exec.start',
    ...['container.stop', 'container.start', 'container.restart'],
    'container.stop',
    'container.delete',
  ],
  // Through its API, Podman 4.3.1 has no event for a stop.
  podman1: [
    'container.create',
    'container.start',
    'container.exec',
    ...['container.restart', 'container.start'],
    'container.delete',
  ],
}

/** A container from its making to its removal. */
async function work(engine: ContainerEngineProcess, name: string): Promise<void> {
  await engine.call('POST', `/containers/create?name=${name}`, {
    Image: IMAGE,
    Cmd: ['/bin/busybox', 'sleep', '300'],
    HostConfig: { NetworkMode: 'none' },
  })
  await engine.call('POST', `/containers/${name}/start`)
  const exec = await engine.call('POST', `/containers/${name}/exec`, {
    Cmd: ['/bin/busybox', 'true', '--password', 'hunter2'],
  })
  await engine.call('POST', `/exec/${JSON.parse(exec.text).Id}/start`, { Detach: true })
  await engine.call('POST', `/containers/${name}/restart?t=0`)
  await engine.call('POST', `/containers/${name}/stop?t=0`)
  await engine.call('DELETE', `/containers/${name}`)
}

interface EngineEvent {
  readonly time: string
  readonly action: string
  readonly category: string
  readonly outcome: string
  readonly actor: object | null
  readonly target?: {
    readonly type?: string
    readonly id?: string
    readonly name?: string
    readonly namespace?: string
  }
  readonly message?: string
  readonly details?: { readonly [key: string]: unknown }
}

function nativeEvents(filter: string): Promise<readonly EngineEvent[]> {
  return readJson<{ events: readonly EngineEvent[] }>(
    waybill,
    `/v1/events?${filter}&order=oldest&limit=1000`,
  ).then(({ events }) => events)
}

const eventsOf = (name: EngineName) => nativeEvents(`source=engine/${name}`)
const gaps = () => nativeEvents('action=source.gap')

/** Compares what Waybill has with what the engine itself told, now and in its earlier runs. */
async function everythingIsFoundOnce(name: EngineName): Promise<void> {
  for (const { timeNano } of await engines[name].told()) told[name].add(timeNano)
  const expected = [...told[name]].sort()
  const found = await eventually(
    async () => (await eventsOf(name)).map((event) => String(event.details?.['timeNano'])).sort(),
    (seen) => seen.length >= expected.length,
    { what: `the ${expected.length} events of ${name}` },
  )
  expect(found).toEqual(expected)
}
