import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Fault } from '../../src/core/errors.ts'
import type { NewEvent } from '../../src/core/event/new-event.ts'
import { createClock } from '../../src/core/time/timestamp.ts'
import type { Listening } from '../../src/sources/called-source.ts'
import { dockerAuthzSource } from '../../src/sources/docker-authz/source.ts'
import { type ContainerEngineProcess, startDocker } from '../support/container-engine.ts'
import { eventually } from '../support/eventually.ts'

// What a plugin reads without asking the daemon is compared with what the daemon did.

const PLUGIN = `waybill-reading-${process.pid}`
const SOCKET = `/run/docker/plugins/${PLUGIN}.sock`
const GOOD = 'localhost/good:1'
const EVIL = 'localhost/evil:1'
const JSON_TYPE = { 'Content-Type': 'application/json' }
const FORM_TYPE = { 'Content-Type': 'application/x-www-form-urlencoded' }

const folder = mkdtempSync(join(tmpdir(), 'waybill-reading-'))
const foldersBefore = ['/run/docker/plugins', '/run/docker'].filter((path) => !existsSync(path))
const daemonFile = join(folder, 'daemon.json')
const heard: NewEvent[] = []
let docker: ContainerEngineProcess
let plugin: Listening
let names = 0
/** What the ledger says to every event; undefined: it takes them. */
let refusal: Fault | undefined

beforeAll(async () => {
  const recording = { recordBeforeAllow: true, recordMsMax: 10_000 }
  const settings = { name: 'docker1', socket: SOCKET, ...recording }
  plugin = await dockerAuthzSource(settings, undefined).listen()
  plugin.begin({
    take: ({ events }) => void heard.push(...events),
    record: async () => {
      if (refusal !== undefined) throw refusal
    },
    clock: createClock(),
    trouble: (error) => {
      if (error !== refusal) throw error
    },
  })
  writeFileSync(daemonFile, JSON.stringify({ 'authorization-plugins': [PLUGIN] }))
  docker = await startDocker(folder, ['--config-file', daemonFile])
  await docker.build(GOOD)
  await docker.build(EVIL)
})

afterAll(async () => {
  await docker?.stop()
  await plugin?.close()
  rmSync(folder, { recursive: true, force: true })
  for (const path of foldersBefore) {
    try {
      rmdirSync(path)
    } catch {
      // Another program uses it.
    }
  }
})

interface Sent {
  readonly method?: string
  readonly uri: string
  readonly body?: string
  readonly headers?: Readonly<Record<string, string | string[]>>
}

/** Sends a request as it is given, and answers what the daemon and the plugin made of it. */
async function send({ method = 'POST', uri, body = '', headers = {} }: Sent) {
  const before = heard.length
  const sent = request({ socketPath: docker.socket, agent: false, method, path: uri, headers })
  sent.end(body)
  const [answer] = await once(sent, 'response')
  let text = ''
  for await (const part of answer) text += part
  // Docker answers its client after the plugin answered, which then reads what it was told.
  await new Promise(setImmediate)
  return { status: answer.statusCode ?? 0, text, events: heard.slice(before) }
}

async function inspect(id: string) {
  return JSON.parse((await docker.call('GET', `/containers/${id}/json`)).text)
}

async function createContainer(body = `{"Image":"${GOOD}"}`) {
  names += 1
  const uri = `/containers/create?name=reading${names}`
  const { status, text, events } = await send({ uri, body, headers: JSON_TYPE })
  const [event] = events
  return { status, event, id: status === 201 ? String(JSON.parse(text).Id) : '' }
}

describe('the body of a request', () => {
  test.each([
    `{"Image":"${GOOD}","image":"${EVIL}"}`,
    `{"image":"${EVIL}","Image":"${GOOD}"}`,
    `{"iMaGe":"${EVIL}"}`,
    `{"Image":"${EVIL}","IMAGE":null}`,
    `{"Im\\u0061ge":"${EVIL}"}`,
    `{"Image":"${EVIL}"} {"Image":"${GOOD}"}`,
    `{"Image":"${EVIL}"}garbage`,
    `{"Image":"${EVIL}","Labels":{"a":"\\ud800"}}`,
    `{"Image":"${EVIL}","Labels":{"Image":"${GOOD}"},"labels":{"image":"${GOOD}"}}`,
  ])('%s makes the container that the event tells', async (body) => {
    const { id, event } = await createContainer(body)
    expect(event).toMatchObject({
      target: { id },
      details: { image: (await inspect(id)).Config.Image },
    })
  })

  test.each([
    `\ufeff{"Image":"${EVIL}"}`,
    `{"Image":"${EVIL}",}`,
    `["${EVIL}"]`,
    `{"Image":"${EVIL}","Cmd":["\t"]}`,
  ])('%j makes no container, and the event has no image', async (body) => {
    const { status, event } = await createContainer(body)
    expect(status).toBeGreaterThan(399)
    expect(event?.target?.id).toBeUndefined()
    expect(event?.details?.['image']).toBeUndefined()
  })
})

describe('the parameters of a request', () => {
  test.each([
    'name=NEW&name=x',
    'Name=x&name=NEW',
    '?name=x&name=NEW',
    'x=#&name=NEW',
    'na%6de=NEW',
    'na+me=x&name=NEW',
    'name=NEW;name=x',
    'name=NEW%zz',
    'name=&name=NEW',
  ])('%s name the container as the daemon names it', async (query) => {
    const { id } = await createContainer()
    names += 1
    const named = query.replaceAll('NEW', `new${names}`).replaceAll('=x', `=x${names}`)
    await send({ uri: `/containers/${id}/rename?${named}` })
    // What was learnt from the request is in the next event of the container.
    const { events } = await send({ uri: `/containers/${id}/kill` })
    expect(`/${events[0]?.target?.name}`).toBe((await inspect(id)).Name)
  })

  test.each([
    ['a form', FORM_TYPE],
    [
      'a form that its last header calls JSON',
      { 'Content-Type': [...Object.values(FORM_TYPE), 'application/json'] },
    ],
    [
      'JSON that its last header calls a form',
      { 'Content-Type': ['application/json', ...Object.values(FORM_TYPE)] },
    ],
  ])('are not believed against %s', async (_what, headers) => {
    const { id } = await createContainer()
    names += 1
    const uri = `/containers/${id}/rename?name=query${names}`
    const { status } = await send({ uri, body: `name=body${names}`, headers })
    expect(status).toBe(204)
    const { events } = await send({ uri: `/containers/${id}/kill` })
    const real = String((await inspect(id)).Name).slice(1)
    expect([undefined, real]).toContain(events[0]?.target?.name)
  })

  test('decide whether an image is pulled or imported', async () => {
    const uri = '/images/create?fromSrc=-&fromImage=127.0.0.1:9/a:1&tag=2'
    const { text, events } = await send({ uri })
    // It was a pull: the daemon looked for a registry.
    expect(text).toContain('127.0.0.1:9/v2/')
    expect(events[0]).toMatchObject({ action: 'image.pull', target: { name: '127.0.0.1:9/a:2' } })
  })
})

describe('the path of a request', () => {
  test.each([
    ['/containers/ID/start', true],
    ['/v1.41/containers/ID/start', true],
    ['/%76%31.41/containers/ID/start', true],
    ['/containers%2FID%2Fstart', true],
    ['/containers/ID/%73tart', true],
    ['http://host/containers/ID/start', true],
    ['foo://u@h:1/containers/ID/start', true],
    ['http:/containers/ID/start', true],
    ['//containers/ID/start', false],
    ['/containers//ID/start', false],
    ['/containers/ID/start/', false],
    ['/Containers/ID/start', false],
    ['/v1.41/v1.41/containers/ID/start', false],
    ['/containers/x/../ID/start', false],
  ])('%s starts the container that the event tells: %s', async (path, isStarted) => {
    const { id } = await createContainer()
    const { events } = await send({ uri: path.replace('ID', id) })
    expect(events.map(({ action, target }) => [action, target?.id])).toEqual(
      isStarted ? [['container.start', id]] : [],
    )
    const { State: state } = await inspect(id)
    expect(state.StartedAt.startsWith('0001-')).toBe(!isStarted)
    await docker.call('DELETE', `/containers/${id}?force=1`)
  })

  test.each([3, 11, 12, 64])(
    '%i digits of an id mean the container that they mean',
    async (digits) => {
      const { id } = await createContainer()
      const { status, events } = await send({
        uri: `/containers/${id.slice(0, digits)}/rename?name=d${digits}`,
      })
      const isUnique = status === 204
      expect((await inspect(id)).Name === `/d${digits}`).toBe(isUnique)
      if (isUnique) expect(events[0]?.target?.id).toBe(id)
    },
  )

  test('a name comes before the beginning of an id, and also looks like a whole one', async () => {
    const { id } = await createContainer()
    for (const name of [id.slice(0, 6), 'b'.repeat(64)]) {
      const uri = `/containers/create?name=${name}`
      const made = await send({ uri, body: `{"Image":"${GOOD}"}`, headers: JSON_TYPE })
      const { events } = await send({ uri: `/containers/${name}/start` })
      expect(events[0]?.target?.id).toBe(JSON.parse(made.text).Id)
      expect((await inspect(name)).Id).toBe(events[0]?.target?.id)
    }
  })

  test('commands and volumes are not found by the beginning of their names', async () => {
    await docker.call('POST', '/volumes/create', { Name: 'wholename' })
    expect((await send({ method: 'DELETE', uri: '/volumes/whole' })).status).toBe(404)
    const { events } = await eventually(
      () => send({ method: 'DELETE', uri: '/volumes/wholename' }),
      ({ status }) => status === 204,
      { what: 'the volume is removed' },
    )
    expect(events[0]?.target).toMatchObject({ type: 'volume', id: 'wholename' })
  })
})

test('Docker shows its user why a request was denied, and does not carry it out', async () => {
  refusal = new Fault('store.unavailable')
  const body = '{"Name":"denied"}'
  const { status, text } = await send({ uri: '/volumes/create', body, headers: JSON_TYPE })
  expect({ status, message: JSON.parse(text).message }).toEqual({
    status: 403,
    message: expect.stringMatching(
      `^authorization denied by plugin ${PLUGIN}: Waybill could not record this request \\(.*\\)`,
    ),
  })
  const { text: list } = await docker.call('GET', '/volumes')
  expect(list).not.toContain('denied')
  refusal = undefined
  expect((await send({ uri: '/volumes/create', body, headers: JSON_TYPE })).status).toBe(201)
})

test('Docker goes on without a plugin that was taken out, and was not restarted', async () => {
  writeFileSync(daemonFile, '{}')
  process.kill(Number(readFileSync(join(folder, 'docker.pid'), 'utf8')), 'SIGHUP')
  const body = '{"Name":"unseen"}'
  await eventually(
    () => send({ uri: '/volumes/create', body, headers: JSON_TYPE }),
    ({ events }) => events.length === 0,
    { what: 'the plugin is taken out' },
  )
  await plugin.close()
  expect((await send({ uri: '/volumes/create', body, headers: JSON_TYPE })).status).toBe(201)
})
