import { describe, expect, test } from 'vitest'
import {
  KNOWN_MAX,
  KnownContainers,
} from '../../../../../src/sources/docker-authz/names/known-containers.ts'
import { eventsOf, HeardPlugin, request, response } from '../captured.ts'
import { IMAGE_ID, ModelEngine } from '../model-engine.ts'

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

const ids = (events: Awaited<ReturnType<typeof eventsOf>>) => events.map(({ target }) => target?.id)

test('a container that was seen being created is known by name, id and beginning', async () => {
  const events = await eventsOf(create('web'), act('web'), act(ID), act(ID.slice(0, 12)))
  expect(ids(events)).toEqual([ID, ID, ID, ID])
  expect(events.map(({ target }) => target?.name)).toEqual(Array(4).fill('web'))
  expect(events.map(({ target }) => target?.repository)).toEqual(Array(4).fill('app'))
})

test('an unknown name is kept as it was requested', async () => {
  const [byName, byBeginning, byId] = await eventsOf(act('web'), act('abab'), act(ID))
  expect(byName?.target).toMatchObject({ type: 'container', name: 'web' })
  expect(byBeginning).toMatchObject({
    target: { type: 'container', name: 'abab' },
    details: { path: '/containers/abab/start' },
  })
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
  expect(engine.asked).toEqual(['all', 'web', 'old'])
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

test('no lookup is made for requests that change nothing', async () => {
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
  const known = new KnownContainers()
  const idOf = (index: number) => index.toString(16).padStart(64, '0')
  for (let index = 0; index <= KNOWN_MAX; index += 1) {
    known.learn({ id: idOf(index), name: `n${index}` })
  }
  expect(known.find('n0')).toBeUndefined()
  expect(known.find('n1')?.id).toBe(idOf(1))
  expect(known.find(`n${KNOWN_MAX}`)?.id).toBe(idOf(KNOWN_MAX))
})

test('the beginning of two ids means neither', () => {
  const known = new KnownContainers()
  known.learn({ id: `${ID.slice(0, 62)}00` })
  known.learn({ id: `${ID.slice(0, 62)}11` })
  expect(known.find(ID.slice(0, 40))).toBeUndefined()
})

describe('a beginning of an id, however short, means what the daemon says', () => {
  const EXEC = 'ee'.repeat(32)
  const exec = { uri: '/v1.47/containers/ab/exec', status: 201, answer: { Id: EXEC } }
  const start = { uri: `/v1.47/exec/${EXEC}/start`, status: 0 }

  test.each([1, 2, 3, 11, 12, 63, 64])('%i digits', async (digits) => {
    const engine = new ModelEngine()
    engine.byName.set('web', ID)
    engine.byName.set('db', OTHER)
    const uri = `/containers/${ID.slice(0, digits)}/start`
    const events = await new HeardPlugin(engine).hear(request({ uri }), response({ uri }))
    expect(events[0]?.target).toMatchObject({ id: ID, name: 'web', repository: 'app' })
  })

  test('of a command, and of its start, also when Waybill began in between', async () => {
    const engine = new ModelEngine()
    engine.byName.set('web', ID)
    engine.execs.set(EXEC, ID)
    const whole = await new HeardPlugin(engine).hear(request(exec), response(exec), response(start))
    expect(whole.map(({ target }) => [target?.id, target?.name])).toEqual([
      [ID, 'web'],
      [ID, 'web'],
    ])
    const late = await new HeardPlugin(engine).hear(request(start), response(start))
    expect(late[0]?.target).toMatchObject({ id: ID, name: 'web', namespace: 'team' })
  })

  test('of what is known, when no daemon can be asked', async () => {
    const events = await eventsOf(create('web'), act('aba'), response(exec), response(start))
    expect(ids(events)).toEqual([ID, ID, ID, ID])
  })

  test('of two it means neither, and is asked for again', async () => {
    const engine = new ModelEngine()
    engine.byName.set('web', ID)
    const plugin = new HeardPlugin(engine)
    const uri = '/containers/abab/start'
    const act = () => plugin.hear(request({ uri }), response({ uri }))
    await act()
    engine.byName.set('new', `abab${'0'.repeat(60)}`)
    engine.byName.delete('web')
    const events = await act()
    expect(ids(events)).toEqual([ID, `abab${'0'.repeat(60)}`])
  })

  test('a name comes before it, and also a name that looks like a whole id', async () => {
    const engine = new ModelEngine()
    engine.byName.set('web', ID)
    engine.byName.set('aba', OTHER)
    const looksWhole = 'b'.repeat(64)
    engine.byName.set(looksWhole, `77${'0'.repeat(62)}`)
    const events = await new HeardPlugin(engine).hear(act('aba'), act(looksWhole))
    expect(ids(events)).toEqual([OTHER, `77${'0'.repeat(62)}`])
  })

  test('a name may have a slash in front where Docker takes one', async () => {
    const engine = new ModelEngine()
    engine.byName.set('web', ID)
    const events = await new HeardPlugin(engine).hear(
      response({ uri: '/commit?container=/web&repo=team/new' }),
      response({ uri: '/networks/n/connect', body: { Container: '/web' } }),
    )
    expect([events[0]?.target?.id, events[1]?.details?.['container']]).toEqual([ID, ID])
  })

  test.each([
    ['DELETE', '/images/0e04?force=1'],
    ['DELETE', '/images/sha256:0e0'],
    ['GET', '/images/0e04/get'],
  ])('of an image: %s %s', async (method, uri) => {
    const engine = new ModelEngine()
    engine.images.set(IMAGE_ID, ['team/app:1'])
    const asked = { method, uri, status: 200 }
    const [event] = await new HeardPlugin(engine).hear(request(asked), response(asked))
    const target = { type: 'image', id: IMAGE_ID, name: 'team/app:1', namespace: 'team' }
    expect(event?.target).toMatchObject(target)
  })

  test('of an image that has several names it has none of them', async () => {
    const engine = new ModelEngine()
    engine.images.set(IMAGE_ID, ['team/app:1', 'other/app:1'])
    const asked = { method: 'DELETE', uri: '/images/0e04' }
    const [event] = await new HeardPlugin(engine).hear(request(asked), response(asked))
    expect(JSON.parse(JSON.stringify(event?.target))).toEqual({ type: 'image', id: IMAGE_ID })
  })

  test('of an image that cannot be looked up is no name of a repository', async () => {
    const [event] = await eventsOf(response({ method: 'DELETE', uri: '/images/0e0' }))
    expect(JSON.parse(JSON.stringify(event?.target))).toEqual({ type: 'image', name: '0e0' })
  })

  test('of the image of a container leads to the name of that image', async () => {
    const engine = new ModelEngine()
    engine.images.set(IMAGE_ID, ['team/app:1'])
    engine.byName.set('web', ID)
    engine.imageOf.set(ID, '0e0')
    const created = { uri: '/containers/create', status: 201, body: { Image: '0e0' } }
    const [event] = await new HeardPlugin(engine).hear(response({ ...created, answer: { Id: ID } }))
    expect(event).toMatchObject({
      target: { id: ID, namespace: 'team', repository: 'app', tag: '1' },
      details: { image: '0e0' },
    })
    const [unsure] = await eventsOf(response({ ...created, answer: { Id: ID } }))
    expect(unsure?.target?.namespace).toBeUndefined()
  })

  test('of a network', async () => {
    const engine = new ModelEngine()
    engine.networks.set('backend', ID)
    const remove = { method: 'DELETE', uri: '/networks/aba' }
    const connect = { uri: '/networks/ab/connect', body: { Container: 'x' } }
    const events = await new HeardPlugin(engine).hear(
      ...[request(remove), response(remove), request(connect), response(connect)],
    )
    expect(events.map(({ target }) => target)).toMatchObject([
      { type: 'network', id: ID, name: 'backend' },
      { type: 'network', id: ID, name: 'backend' },
    ])
  })
})

describe('the daemon is believed before the request', () => {
  test('in what a container is called and made from', async () => {
    const engine = new ModelEngine()
    engine.byName.set('real', ID)
    engine.imageOf.set(ID, 'evil/app:2')
    const events = await new HeardPlugin(engine).hear(create('stated'), act('real'))
    const target = { id: ID, name: 'real', namespace: 'evil', tag: '2' }
    expect(events.map((event) => event.target)).toMatchObject([target, target])
  })

  test('in what a container or a network is called now', async () => {
    const engine = new ModelEngine()
    engine.byName.set('web', ID)
    engine.networks.set('evil', OTHER)
    const plugin = new HeardPlugin(engine)
    const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
    const rename = { uri: '/containers/web/rename?name=stated', headers: form }
    await plugin.hear(request(rename))
    engine.byName.delete('web')
    engine.byName.set('real', ID)
    await plugin.hear(response(rename))
    const body = { Name: 'good' }
    const created = { uri: '/networks/create', status: 201, body, answer: { Id: OTHER } }
    const events = await plugin.hear(act(ID), response(created))
    expect(events.map(({ target }) => target?.name)).toEqual(['web', 'real', 'evil'])
  })
})
