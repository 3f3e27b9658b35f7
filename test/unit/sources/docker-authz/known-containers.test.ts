import { expect, test } from 'vitest'
import type {
  ContainerEngine,
  ContainerInformation,
} from '../../../../src/core/container-engine.ts'
import {
  KNOWN_MAX,
  KnownContainers,
} from '../../../../src/sources/docker-authz/known-containers.ts'
import { eventsOf, HeardPlugin, request, response } from './captured.ts'

const ID = 'ab'.repeat(32)
const OTHER = 'cd'.repeat(32)

const create = (name: string, id = ID) =>
  response({
    uri: `/containers/create${name && `?name=${name}`}`,
    status: 201,
    body: { Image: 'team/app:1' },
    answer: { Id: id },
  })

const act = (named: string, verb = 'start', status = 204) =>
  response({ uri: `/containers/${named}/${verb}`, status })

/** An engine that has containers by name and counts what it is asked. */
class ModelEngine implements ContainerEngine {
  readonly name = 'host1'
  readonly tenant = undefined
  readonly asked: string[] = []
  readonly byName = new Map<string, string>()
  isAnswering = true

  async containers() {
    this.asked.push('all')
    return [...this.byName.keys()].flatMap((name) => this.#information(name) ?? [])
  }

  async container(idOrName: string) {
    this.asked.push(idOrName)
    const [name] =
      [...this.byName].find((entry) => entry.some((one) => one.startsWith(idOrName))) ?? []
    return name === undefined ? undefined : this.#information(name)
  }

  statistics = () => Promise.reject(new Error('nobody asks for this'))

  #information(name: string): ContainerInformation | undefined {
    if (!this.isAnswering) throw new Error('the engine does not answer')
    const id = this.byName.get(name)
    const rest = { imageId: '', state: '', running: true, networkMode: '' }
    const lists = { addresses: [], ports: [], labels: {} }
    return id === undefined ? undefined : { id, name, image: 'team/app:1', ...rest, ...lists }
  }
}

const ids = (events: Awaited<ReturnType<typeof eventsOf>>) => events.map(({ target }) => target?.id)

test('a container that was seen being created is known by name, id and beginning', async () => {
  const events = await eventsOf(create('web'), act('web'), act(ID), act(ID.slice(0, 12)))
  expect(ids(events)).toEqual([ID, ID, ID, ID])
  expect(events.map(({ target }) => target?.name)).toEqual(Array(4).fill('web'))
  expect(events.map(({ target }) => target?.repository)).toEqual(Array(4).fill('app'))
})

test('what is not known stands as it was asked for', async () => {
  const [byName, byBeginning, byId] = await eventsOf(act('web'), act('abab'), act(ID))
  expect(byName?.target).toMatchObject({ type: 'container', name: 'web' })
  expect(byBeginning?.target).toMatchObject({ type: 'container', name: 'abab' })
  expect(JSON.parse(JSON.stringify(byId?.target))).toEqual({ type: 'container', id: ID })
})

test('a new name counts, and the old one is free', async () => {
  const events = await eventsOf(
    create('web'),
    act('web', 'rename?name=old'),
    create('web', OTHER),
    act('web'),
    act('old'),
  )
  expect(ids(events)).toEqual([ID, ID, OTHER, OTHER, ID])
  expect(events[1]).toMatchObject({
    target: { name: 'web' },
    details: { parameters: { name: 'old' } },
  })
})

test('a rename or a removal that failed changes nothing', async () => {
  const events = await eventsOf(
    create('web'),
    act('web', 'rename?name=old', 409),
    response({ method: 'DELETE', uri: '/containers/web', status: 0 }),
    act('web'),
  )
  expect(ids(events)).toEqual([ID, ID, ID, ID])
})

test('a removed container is known in its last event, and its name no more', async () => {
  const remove = response({ method: 'DELETE', uri: '/containers/web' })
  expect(ids(await eventsOf(create('web'), remove, act('web')))).toEqual([ID, ID, undefined])
})

test('a command is known to run in the container that it was created in', async () => {
  const events = await eventsOf(
    create('web'),
    response({ uri: '/containers/web/exec', status: 201, answer: { Id: OTHER } }),
    response({ uri: `/exec/${OTHER}/start`, status: 200 }),
    response({ uri: '/exec/unknown/start', status: 200 }),
  )
  expect(ids(events)).toEqual([ID, ID, ID, undefined])
  expect(events.map(({ details }) => details?.['execID'])).toEqual([
    ...[undefined, OTHER, OTHER, 'unknown'],
  ])
})

test('a container is known in whatever network it is connected to', async () => {
  const events = await eventsOf(
    create('web'),
    response({ uri: '/networks/net1/connect', status: 200, body: { Container: 'web' } }),
    response({ uri: '/networks/net1/disconnect', status: 200, body: { Container: 'other' } }),
  )
  expect(events.map(({ target, details }) => [target?.name, details?.['container']])).toEqual([
    ['web', undefined],
    ['net1', ID],
    ['net1', 'other'],
  ])
})

test('an engine is asked what there is, and before an act what it names', async () => {
  const engine = new ModelEngine()
  engine.byName.set('old', OTHER)
  const plugin = new HeardPlugin(engine)
  await new Promise(setImmediate)
  expect(engine.asked).toEqual(['all'])
  engine.byName.set('web', ID)
  const uri = '/containers/web'
  await plugin.hear(request({ method: 'DELETE', uri }))
  engine.byName.delete('web')
  const events = await plugin.hear(response({ method: 'DELETE', uri }), act('old'))
  expect(ids(events)).toEqual([ID, OTHER])
  expect(engine.asked).toEqual(['all', 'web'])
})

test('what is removed while the engine tells what there is, is known from that', async () => {
  const engine = new ModelEngine()
  engine.byName.set('old', ID)
  let tell = () => undefined as unknown
  const telling = new Promise((resolve) => {
    tell = () => resolve(undefined)
  })
  const containers = engine.containers.bind(engine)
  engine.containers = async () => {
    const all = await containers()
    await telling
    return all
  }
  const plugin = new HeardPlugin(engine)
  await new Promise(setImmediate)
  engine.byName.delete('old')
  const uri = '/containers/old'
  await plugin.hear(request({ method: 'DELETE', uri }))
  const heard = plugin.hear(response({ method: 'DELETE', uri }))
  tell()
  expect(ids(await heard)).toEqual([ID])
})

test('the name that Docker thought of is asked for', async () => {
  const engine = new ModelEngine()
  const plugin = new HeardPlugin(engine)
  engine.byName.set('happy_turing', ID)
  const events = await plugin.hear(create(''), act('happy_turing'))
  expect(events.map(({ target }) => [target?.id, target?.name])).toEqual([
    [ID, 'happy_turing'],
    [ID, 'happy_turing'],
  ])
})

test('nobody is asked about requests that change nothing', async () => {
  const engine = new ModelEngine()
  const plugin = new HeardPlugin(engine)
  await plugin.hear(
    request({ method: 'GET', uri: '/containers/web/json' }),
    response({ method: 'GET', uri: '/containers/web/json' }),
  )
  expect(engine.asked).toEqual(['all'])
})

test('an engine that does not answer leaves a name as it is', async () => {
  const engine = new ModelEngine()
  engine.isAnswering = false
  engine.byName.set('web', ID)
  const plugin = new HeardPlugin(engine)
  const uri = '/containers/web/start'
  const events = await plugin.hear(request({ uri }), response({ uri }))
  expect(events.map(({ target }) => target?.name)).toEqual(['web'])
  expect(plugin.troubles).toEqual([])
})

test('of more containers than are kept the longest known is forgotten', () => {
  const known = new KnownContainers(undefined)
  const idOf = (index: number) => index.toString(16).padStart(64, '0')
  for (let index = 0; index <= KNOWN_MAX; index += 1) {
    known.learn({ id: idOf(index), name: `n${index}` })
  }
  expect(known.find('n0')).toBeUndefined()
  expect(known.find('n1')?.id).toBe(idOf(1))
  expect(known.find(`n${KNOWN_MAX}`)?.id).toBe(idOf(KNOWN_MAX))
})

test('the beginning of two ids means neither', () => {
  const known = new KnownContainers(undefined)
  known.learn({ id: `${ID.slice(0, 62)}00` })
  known.learn({ id: `${ID.slice(0, 62)}11` })
  expect(known.find(ID.slice(0, 40))).toBeUndefined()
})
