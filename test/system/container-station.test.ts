import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type ContainerEngineProcess,
  startDocker,
  startPodman,
} from '../support/container-engine.ts'
import { eventually } from '../support/eventually.ts'
import { readJson } from '../support/ledger-check.ts'
import { startWaybill, type WaybillProcess } from '../support/waybill-process.ts'

const API = '/container-station/api/v1'
const IMAGE = 'localhost/box:1'

type EngineName = 'docker1' | 'podman1'

/** What a station's feed has to tell of a container's life, by the words that an engine has. */
const STATES: Readonly<Record<EngineName, readonly string[]>> = {
  docker1: ['create', 'start', 'stop', 'start', 'stop', 'start', 'restart', 'stop', 'destroy'],
  // Podman has no word for a stop.
  podman1: ['create', 'start', 'start', 'restart', 'start', 'destroy'],
}

const folder = mkdtempSync(join(tmpdir(), 'waybill-station-'))
const dataDirectory = join(folder, 'waybill')
const configuration = join(folder, 'waybill.json')
const engines = new Map<EngineName, ContainerEngineProcess>()
let waybill: WaybillProcess

beforeAll(async () => {
  const starts = await Promise.allSettled([
    startDocker(join(folder, 'docker')).then((docker) => engines.set('docker1', docker)),
    startPodman(join(folder, 'podman')).then((podman) => engines.set('podman1', podman)),
  ])
  // Only now, so that what did start is known and ended.
  for (const start of starts) if (start.status === 'rejected') throw start.reason
  const engine = [...engines].map(([name, { socket }]) => ({ name, socket }))
  writeFileSync(configuration, JSON.stringify({ sources: { engine } }))
  waybill = await startWaybill({ dataDirectory, arguments: ['--config', configuration] })
})

afterAll(async () => {
  await waybill?.stop()
  await Promise.all([...engines.values()].map((engine) => engine.stop()))
  rmSync(folder, { recursive: true, force: true })
})

function engineOf(name: EngineName): ContainerEngineProcess {
  const engine = engines.get(name)
  if (engine === undefined) throw new Error(`${name} did not start`)
  return engine
}

async function create(engine: ContainerEngineProcess, name: string): Promise<void> {
  await engine.call('POST', `/containers/create?name=${name}`, {
    Image: IMAGE,
    Cmd: ['/bin/busybox', 'sleep', '300'],
    HostConfig: { NetworkMode: 'none' },
  })
}

interface NativeEvent {
  readonly seq: number
  readonly action: string
  readonly category: string
  readonly target?: { readonly id?: string; readonly name?: string }
}

interface Row {
  readonly id: number
  readonly message: string
  readonly category: string
  readonly user: string
}

const eventsOf = async (name: EngineName) => {
  const path = `/v1/events?source=engine/${name}&order=oldest&limit=1000`
  return (await readJson<{ events: readonly NativeEvent[] }>(waybill, path)).events
}
const rows = () => readJson<readonly Row[]>(waybill, `${API}/log?limit=1000`)
const messages = async () =>
  (await readJson<{ messages: readonly string[] }>(waybill, `${API}/event?index=0`)).messages

/** What the feed says of the containers of a name, oldest first. */
async function statesOf(id: string): Promise<readonly string[]> {
  const own = (await messages()).filter((text) => text.includes(`"id": "${id}"`))
  return own.map((text) => /"state": "(\w+)"/.exec(text)?.[1] ?? '').reverse()
}

/** The id of a container of an engine, once the ledger has it. */
async function idOf(engine: EngineName, name: string): Promise<string> {
  const look = async () => (await eventsOf(engine)).find(({ target }) => target?.name === name)
  const found = await eventually(look, (event) => event !== undefined, { what: name })
  return found?.target?.id ?? ''
}

/** What the log may call what an event is about: by its name, or as many digits as it shows. */
function namesOf({ target = {} }: NativeEvent): readonly string[] {
  const digits = target.id?.replace(/^sha256:/, '').slice(0, 12)
  return [target.name, digits].filter((name) => name !== undefined)
}

/** Everything of an engine is in the log, in the CSV and natively, each once. */
async function everythingIsLoggedOnce(name: EngineName): Promise<void> {
  const events = await eventsOf(name)
  const logged = await rows()
  const bySeq = new Map(logged.map((row) => [row.id - 1, row]))
  expect(bySeq.size).toBe(logged.length)
  for (const event of events) {
    const row = bySeq.get(event.seq)
    expect(row?.user).toBe('system')
    const said = namesOf(event).map((name) => row?.message.includes(name))
    // Podman names nothing when it takes stock after a restart of the host.
    if (said.length > 0) expect(said).toContain(true)
  }
  const csv = await (await waybill.request(`${API}/log/export`)).text()
  const lines = csv.split('\r\n').slice(1, -1)
  expect(lines).toHaveLength(logged.length)
  const texts = lines.map((line) => /^[^,]*,[^,]*,[^,]*,[^,]*,"?(.*?)"?$/.exec(line)?.[1])
  // Engines tell nothing with a quote in it here.
  expect(texts.toSorted()).toEqual(logged.map(({ message }) => message).toSorted())
}

describe.each<EngineName>(['docker1', 'podman1'])('on %s', (name) => {
  test('an image that is built and a container that lives are told once each', async () => {
    const engine = engineOf(name)
    await engine.build(IMAGE)
    await create(engine, 'web')
    for (const act of ['start', 'stop?t=0', 'start', 'restart?t=0', 'stop?t=0']) {
      await engine.call('POST', `/containers/web/${act}`)
    }
    await engine.call('DELETE', '/containers/web')
    const id = await idOf(name, 'web')
    const states = await eventually(
      () => statesOf(id),
      (seen) => seen.includes('destroy'),
      { what: 'the end of the container' },
    )
    const certain = states.filter((state) => STATES[name].includes(state))
    expect(certain.toSorted()).toEqual(STATES[name].toSorted())
    expect(states.at(-1)).toBe('destroy')
    const images = (await messages()).filter((text) => text.startsWith('image:all:'))
    expect(images.filter((text) => text.includes(`"id": "${IMAGE}"`))).not.toEqual([])
    await everythingIsLoggedOnce(name)
  })

  test('a wait ends when the container stops, with what the engine says of it', async () => {
    const engine = engineOf(name)
    await create(engine, 'awaited')
    const wait = (state: string, seconds: number) =>
      readJson<Record<string, unknown>>(
        waybill,
        `${API}/event/wait/docker/awaited/${state}?duration=${seconds}`,
      )
    expect(await wait('stopped', 30)).toMatchObject({ state: 'stopped', image: IMAGE })
    const running = wait('running', 60)
    await engine.call('POST', '/containers/awaited/start')
    expect(await running).toMatchObject({
      ...{ name: 'awaited', state: 'running', type: 'docker', networkMode: 'none' },
      id: await idOf(name, 'awaited'),
    })
    const usage = await readJson<{ memory: number }>(waybill, `${API}/container/docker/awaited`)
    expect(usage.memory).toBeGreaterThan(0)
    // As on the vendor's page: nothing happens, and the container is still running.
    expect(await wait('stopped', 1)).toMatchObject({ state: 'running' })
    const stopped = wait('stopped', 60)
    await engine.call('POST', '/containers/awaited/stop?t=0')
    const answer = await stopped
    expect(answer).toMatchObject({ name: 'awaited', state: 'stopped' })
    expect(Object.keys(answer)).not.toContain('memory')
    await engine.call('DELETE', '/containers/awaited')
    const gone = await waybill.request(`${API}/event/wait/docker/awaited/stopped?duration=1`)
    expect(gone.status).toBe(404)
  })

  test('what happens while Waybill is killed is told later, once', async () => {
    const engine = engineOf(name)
    await create(engine, 'unseen')
    const id = await idOf(name, 'unseen')
    await waybill.kill()
    await engine.call('POST', '/containers/unseen/start')
    await engine.call('DELETE', '/containers/unseen?force=true')
    waybill = await waybill.restart()
    const states = await eventually(
      () => statesOf(id),
      (seen) => seen.includes('destroy'),
      { what: 'the end of the container' },
    )
    const certain = states.filter((state) => ['create', 'start', 'destroy'].includes(state))
    expect(certain).toEqual(['create', 'start', 'destroy'])
    await everythingIsLoggedOnce(name)
  })
})

test('of an engine that does not answer the events tell how its containers are', async () => {
  const docker = engineOf('docker1')
  await create(docker, 'left')
  await docker.call('POST', '/containers/left/start')
  const list = () => readJson<readonly object[]>(waybill, `${API}/container`)
  const running = [{ name: 'left', state: 'running', image: IMAGE }]
  expect(await list()).toMatchObject(running)
  const id = await idOf('docker1', 'left')
  const isTold = (states: readonly string[]) => states.includes('start')
  await eventually(() => statesOf(id), isTold, { what: 'the start' })
  await docker.stop()
  const [left] = await list()
  // An engine that is stopped stops its containers: it may or may not have had the time to say so.
  expect(left).toMatchObject({ id, name: 'left', networkMode: '' })
})
