import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type ContainerEngineProcess,
  engineSocket,
  startDocker,
} from '../support/container-engine.ts'
import { feedReader } from '../support/container-station-views.ts'
import { eventually } from '../support/eventually.ts'
import { freePort } from '../support/free-port.ts'
import { checkLedger, readJson } from '../support/ledger-check.ts'
import { makeTlsFiles, tlsOptions } from '../support/tls-files.ts'
import { startWaybill, type WaybillProcess } from '../support/waybill-process.ts'

const IMAGE = 'localhost/box:1'
/** Docker looks for plugins in few folders; this one alone is emptied by a restart of the host. */
const PLUGIN = `waybill-test-${process.pid}`
const PLUGIN_SOCKET = `/run/docker/plugins/${PLUGIN}.sock`

const folder = mkdtempSync(join(tmpdir(), 'waybill-authz-'))
const configuration = join(folder, 'waybill.json')
const dataDirectory = join(folder, 'waybill')
const foldersBefore = ['/run/docker/plugins', '/run/docker'].filter((path) => !existsSync(path))
let docker: ContainerEngineProcess
let waybill: WaybillProcess
/** Sends a request as alice, over TLS. */
let asAlice: (method: string, path: string, body?: object) => Promise<Answer>

interface Answer {
  readonly status: number
  readonly text: string
}

beforeAll(async () => {
  const engine = { name: 'docker1', socket: engineSocket(join(folder, 'docker')) }
  const plugin = { name: 'docker1', socket: PLUGIN_SOCKET, engine: 'docker1' }
  const sources = { engine: [engine], dockerAuthz: [plugin] }
  writeFileSync(configuration, JSON.stringify({ sources }))
  // The daemon does not start without its plugin.
  waybill = await startWaybill({ dataDirectory, arguments: ['--config', configuration] })
  const tls = await makeTlsFiles(join(folder, 'tls'))
  const port = await freePort()
  docker = await startDocker(join(folder, 'docker'), [
    ...['-H', `tcp://127.0.0.1:${port}`, '--tlsverify', '--tlscacert', tls.authorityFile],
    ...['--tlscert', tls.server.certificateFile, '--tlskey', tls.server.keyFile],
    `--authorization-plugin=${PLUGIN}`,
  ])
  const alice = tlsOptions(tls, await tls.client('/CN=alice/O=team-a'))
  asAlice = async (method, path, body) => {
    const headers = { 'Content-Type': 'application/json', 'User-Agent': 'alice/1' }
    const sent = request({ host: '127.0.0.1', port, method, path, headers, ...alice })
    sent.end(body === undefined ? undefined : JSON.stringify(body))
    const [answer] = await once(sent, 'response')
    let text = ''
    for await (const part of answer) text += part
    return { status: answer.statusCode, text }
  }
  await docker.build(IMAGE)
})

afterAll(async () => {
  await docker?.stop()
  await waybill?.stop()
  rmSync(folder, { recursive: true, force: true })
  rmSync(PLUGIN_SOCKET, { force: true })
  for (const path of foldersBefore) removeEmpty(path)
})

/** Docker makes these folders when they are missing; others may use them meanwhile. */
function removeEmpty(path: string): void {
  try {
    rmdirSync(path)
  } catch {
    // Somebody else's, or gone.
  }
}

interface AskedEvent {
  readonly time: string
  readonly action: string
  readonly outcome: string
  readonly source: { readonly kind: string; readonly name: string }
  readonly actor: { readonly name?: string } | null
  readonly target?: { readonly id?: string; readonly name?: string }
  readonly details: { readonly requestId?: string }
}

async function eventsOf(filter: string): Promise<readonly AskedEvent[]> {
  const path = `/v1/events?${filter}&order=oldest&limit=1000`
  return (await readJson<{ events: readonly AskedEvent[] }>(waybill, path)).events
}

/** Waits until both the engine and who asked have told of a container's removal. */
function toldOf(id: string): Promise<readonly AskedEvent[]> {
  return eventually(
    () => eventsOf(`target=${id}`),
    (events) =>
      events.filter(({ action, outcome }) => action === 'container.delete' && outcome !== 'pending')
        .length === 2,
    { what: `the end of ${id}` },
  )
}

/** Of each request its end; what was recorded before it is pending. */
const asked = (events: readonly AskedEvent[]) =>
  events.filter(({ source, outcome }) => source.kind === 'docker-authz' && outcome !== 'pending')

const pending = (events: readonly AskedEvent[]) =>
  events.filter(({ outcome }) => outcome === 'pending')

/** A container from its making to its removal, by its name. Resolves with its id. */
async function live(send: typeof asAlice, name: string): Promise<string> {
  const query = name === '' ? '' : `?name=${name}`
  const { text } = await send('POST', `/v1.41/containers/create${query}`, {
    Image: IMAGE,
    Cmd: ['/bin/busybox', 'sleep', '300'],
    Env: ['DATABASE_PASSWORD=hunter2'],
    HostConfig: { NetworkMode: 'none' },
  })
  const id: string = JSON.parse(text).Id
  const named = name === '' ? id.slice(0, 12) : name
  await send('POST', `/v1.41/containers/${named}/start`)
  const exec = await send('POST', `/v1.41/containers/${named}/exec`, {
    Cmd: ['/bin/busybox', 'true', '--password', 'hunter2'],
  })
  await send('POST', `/v1.41/exec/${JSON.parse(exec.text).Id}/start`, { Detach: true })
  await send('POST', `/v1.41/containers/${named}/stop?t=0`)
  await send('DELETE', `/v1.41/containers/${named}`)
  return id
}

const ACTS = [
  ...['container.create', 'container.start', 'container.exec', 'container.exec.start'],
  ...['container.stop', 'container.delete'],
]

describe('over TLS', () => {
  let id: string

  beforeAll(async () => {
    id = await live(asAlice, 'web')
  })

  test('each act is found with who asked for it, under the id that the engine tells', async () => {
    const events = await toldOf(id)
    expect(asked(events).map(({ action }) => action)).toEqual(ACTS)
    // Docker tells no status of a command that is started.
    for (const event of asked(events)) {
      expect(event).toMatchObject({
        source: { kind: 'docker-authz', name: 'docker1' },
        outcome: event.action === 'container.exec.start' ? 'unknown' : 'success',
        actor: { kind: 'user', name: 'alice' },
        target: {
          ...{ type: 'container', id, name: 'web' },
          ...{ namespace: 'library', repository: 'box', tag: '1' },
        },
        client: { userAgent: 'alice/1' },
        details: { authentication: 'TLS', certificate: 'CN=alice, O=team-a' },
      })
    }
    const told = events.filter(({ source }) => source.kind === 'engine')
    for (const action of ACTS) expect(told.map((event) => event.action)).toContain(action)
    expect(told.every(({ actor }) => actor === null)).toBe(true)
  })

  test('each act was recorded before it, by the same id and the number of its end', async () => {
    const events = await toldOf(id)
    // Docker gives a container its id when it makes it.
    expect(pending(events).map(({ action }) => action)).toEqual(ACTS.slice(1))
    const ended = asked(events).slice(1)
    const numbers = (all: readonly AskedEvent[]) => all.map(({ details }) => details.requestId)
    expect(numbers(pending(events))).toEqual(numbers(ended))
  })

  test('alice is found by name, and no secret of hers is kept', async () => {
    const events = await eventsOf('actor=alice&source=docker-authz')
    expect(asked(events).map(({ action }) => action)).toEqual(ACTS)
    expect(pending(events).map(({ action }) => action)).toEqual(ACTS)
    expect(JSON.stringify(events)).not.toContain('hunter2')
  })

  test('Container Station shows each act once', async () => {
    const row = `Create container (docker, ${id.slice(0, 12)}, web)`
    const log = await readJson<readonly { message: string }[]>(
      waybill,
      '/container-station/api/v1/log?limit=1000',
    )
    expect(log.filter(({ message }) => message === row)).toHaveLength(1)
    expect(log.filter(({ message }) => message.includes('asked Docker'))).toEqual([])
    const feed = await feedReader().read(waybill)
    const creations = feed.filter((text) => text.includes(id) && text.includes('"create"'))
    expect(creations).toHaveLength(1)
  })

  test('what failed is told without an outcome, as Docker tells it', async () => {
    expect((await asAlice('DELETE', '/containers/missing')).status).toBe(404)
    const [event] = await eventually(
      async () => asked(await eventsOf('target=missing')),
      ({ length }) => length > 0,
      { what: 'the failure' },
    )
    expect(event).toMatchObject({ action: 'container.delete', outcome: 'unknown' })
  })
})

describe('over the Unix socket', () => {
  test('no user is named, and a container without a name given is known all the same', async () => {
    const id = await live((...call) => docker.call(...call), '')
    const events = asked(await toldOf(id))
    expect(events.map(({ action, actor }) => [action, actor])).toEqual(
      ACTS.map((action) => [action, null]),
    )
    const [name, ...names] = new Set(events.map(({ target }) => target?.name))
    expect(name).toMatch(/^[a-z]+_[a-z]+/)
    expect(names).toEqual([])
  })

  test('a container from before Waybill began is known by its name', async () => {
    const { text } = await docker.call('POST', '/containers/create?name=before', { Image: IMAGE })
    await waybill.stop()
    waybill = await waybill.restart()
    await asAlice('POST', '/containers/before/start')
    await asAlice('DELETE', '/containers/before?force=1')
    const { Id: id } = JSON.parse(text)
    const events = asked(await toldOf(id)).filter(({ actor }) => actor?.name === 'alice')
    expect(events.map(({ action }) => action)).toEqual(['container.start', 'container.delete'])
  })

  test('what was built is told by its name', async () => {
    const builds = asked(await eventsOf('action=image.build&source=docker-authz'))
    expect(builds).toMatchObject([{ target: { name: IMAGE, repository: 'box' }, actor: null }])
  })
})

describe('while Waybill is down', () => {
  test('Docker refuses every request, and goes on when Waybill is back', async () => {
    await waybill.kill()
    expect(existsSync(PLUGIN_SOCKET)).toBe(true)
    const refused = asAlice('POST', '/volumes/create', { Name: 'v1' })
    const { status, text } = await refused
    expect({ status, text }).toEqual({
      status: 500,
      text: expect.stringContaining(`plugin ${PLUGIN} failed`),
    })
    // The socket that was left behind is taken over.
    waybill = await waybill.restart()
    expect((await asAlice('POST', '/volumes/create', { Name: 'v1' })).status).toBe(201)
    const events = await eventually(
      async () => asked(await eventsOf('target=v1')),
      ({ length }) => length > 0,
      { what: 'the volume' },
    )
    expect(events).toMatchObject([{ action: 'volume.create', outcome: 'success' }])
  })

  test('what Docker was allowed is in the ledger of a Waybill that was killed then', async () => {
    expect((await asAlice('POST', '/volumes/create', { Name: 'killed' })).status).toBe(201)
    await waybill.kill()
    waybill = await waybill.restart()
    expect(pending(await eventsOf('target=killed'))).toMatchObject([
      { action: 'volume.create', actor: { name: 'alice' }, source: { kind: 'docker-authz' } },
    ])
  })

  test('until the last request is answered, Docker is allowed what it asks', async () => {
    const { text } = await docker.call('POST', '/containers/create?name=awaited', {
      ...{ Image: IMAGE, Cmd: ['/bin/busybox', 'sleep', '300'] },
      HostConfig: { NetworkMode: 'none' },
    })
    await docker.call('POST', '/containers/awaited/start')
    const path = '/container-station/api/v1/event/wait/docker/awaited/stopped?duration=300'
    const waiting = waybill.request(path)
    // It waits, once the daemon was asked how the container is.
    await eventually(
      () => readJson<{ state: string }>(waybill, path.replace('300', '0')),
      ({ state }) => state === 'running',
      { what: 'the container runs' },
    )
    await waybill.stop()
    const answer = await waiting
    expect(answer.status).toBe(200)
    // What the daemon alone says, which asks Waybill before it does.
    const id: string = JSON.parse(text).Id
    expect(await answer.json()).toMatchObject({ id, state: 'running', networkMode: 'none' })
    waybill = await waybill.restart()
    await docker.call('DELETE', '/containers/awaited?force=1')
  })

  test('a second Waybill does not take the socket of the first', async () => {
    const other = join(folder, 'other')
    mkdirSync(other)
    const starting = startWaybill({
      dataDirectory: other,
      arguments: ['--config', configuration],
    })
    await expect(starting).rejects.toThrow(
      `another process is already listening on ${PLUGIN_SOCKET}`,
    )
    expect((await asAlice('GET', '/_ping')).status).toBe(200)
  })

  test('a stop removes the socket', async () => {
    await checkLedger(waybill)
    await waybill.stop()
    expect(existsSync(dirname(PLUGIN_SOCKET))).toBe(true)
    expect(existsSync(PLUGIN_SOCKET)).toBe(false)
    waybill = await waybill.restart()
  })
})
