import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { catalogueCategory } from '../../../../src/core/event/action-catalogue.ts'
import type { Event } from '../../../../src/core/event/event.ts'
import { type Asked, eventsOf, response } from './captured.ts'

const ID = 'ab'.repeat(32)

async function eventOf(asked: Asked): Promise<Event | undefined> {
  const [event] = await eventsOf(response(asked))
  return event === undefined ? undefined : JSON.parse(JSON.stringify(event))
}

describe('the action of a request', () => {
  test.each([
    ['POST', '/containers/create?name=web', 'container.create'],
    ['POST', '/containers/web/start', 'container.start'],
    ['POST', '/containers/web/stop?t=3', 'container.stop'],
    ['POST', '/containers/web/restart', 'container.restart'],
    ['POST', '/containers/web/kill?signal=HUP', 'container.kill'],
    ['POST', '/containers/web/pause', 'container.pause'],
    ['POST', '/containers/web/unpause', 'container.unpause'],
    ['POST', '/containers/web/rename?name=web2', 'container.rename'],
    ['POST', '/containers/web/update', 'container.update'],
    ['POST', '/containers/web/attach?stream=1', 'container.attach'],
    ['GET', '/containers/web/attach/ws', 'container.attach'],
    ['POST', '/containers/web/exec', 'container.exec'],
    ['POST', `/exec/${ID}/start`, 'container.exec.start'],
    ['PUT', '/containers/web/archive?path=/etc', 'container.copy.in'],
    ['GET', '/containers/web/archive?path=/etc', 'container.copy.out'],
    ['GET', '/containers/web/export', 'container.export'],
    ['DELETE', '/containers/web?force=1', 'container.delete'],
    ['POST', '/containers/prune', 'container.prune'],
    ['POST', '/commit?container=web&repo=team/app', 'container.commit'],
    ['POST', '/images/create?fromImage=alpine&tag=3', 'image.pull'],
    ['POST', '/images/create?fromSrc=-&repo=team/app', 'image.import'],
    ['POST', '/images/load', 'image.load'],
    ['POST', '/images/host:5000/team/app/push?tag=1', 'image.push'],
    ['POST', '/images/app:1/tag?repo=team/app&tag=2', 'image.tag'],
    ['GET', '/images/get?names=app:1', 'image.save'],
    ['GET', '/images/team/app/get', 'image.save'],
    ['DELETE', '/images/team/app:1', 'image.delete'],
    ['POST', '/images/prune', 'image.prune'],
    ['POST', '/build?t=team/app:1', 'image.build'],
    ['POST', '/networks/create', 'network.create'],
    ['POST', '/networks/net1/connect', 'network.connect'],
    ['POST', '/networks/net1/disconnect', 'network.disconnect'],
    ['DELETE', '/networks/net1', 'network.delete'],
    ['POST', '/networks/prune', 'network.prune'],
    ['POST', '/volumes/create', 'volume.create'],
    ['DELETE', '/volumes/v1', 'volume.delete'],
    ['POST', '/volumes/prune', 'volume.prune'],
    ['POST', '/swarm/init', 'engine.request'],
    ['POST', '/secrets/create', 'engine.request'],
    ['DELETE', '/plugins/p1', 'engine.request'],
    ['PATCH', '/', 'engine.request'],
  ])('%s %s is %s, in any version of the API', async (method, uri, action) => {
    const events = await eventsOf(
      response({ method, uri }),
      response({ method, uri: `/v1.41${uri}` }),
      response({ method: method.toLowerCase(), uri: `http://docker${uri}` }),
    )
    expect(events.map((event) => event.action)).toEqual([action, action, action])
    expect(catalogueCategory(action)).toBe(events[0]?.category)
  })

  test.each([
    ['GET', '/containers/json'],
    ['GET', '/containers/web/logs?follow=1'],
    ['GET', '/events'],
    ['HEAD', '/containers/web/archive?path=/etc'],
    ['OPTIONS', '/images/app'],
    ['POST', '/containers/web/wait'],
    ['POST', '/containers/web/resize?h=1'],
    ['POST', `/exec/${ID}/resize`],
  ])('%s %s is no event', async (method, uri) => {
    expect(await eventOf({ method, uri })).toBeUndefined()
  })

  test('an escape does not hide it, as it does not from Docker', async () => {
    expect(await eventOf({ uri: '/v1.41/containers/web/%73tart' })).toMatchObject({
      action: 'container.start',
      target: { name: 'web' },
    })
    expect(await eventOf({ method: 'DELETE', uri: '/images/team%2Fapp:1' })).toMatchObject({
      action: 'image.delete',
      target: { name: 'team/app:1' },
    })
    expect(await eventOf({ uri: '/containers/%zz/start' })).toMatchObject({
      target: { name: '%zz' },
    })
  })
})

describe('the outcome', () => {
  test.each([
    [101, 'success', 'info'],
    [201, 'success', 'info'],
    [304, 'success', 'info'],
    [401, 'denied', 'warn'],
    [403, 'denied', 'warn'],
    [404, 'failure', 'warn'],
    [500, 'failure', 'warn'],
    [0, 'unknown', 'info'],
  ])('of the status %i is %s', async (status, outcome, level) => {
    const event = await eventOf({ uri: '/containers/web/start', status })
    expect(event).toMatchObject({ outcome, level })
  })
})

describe('the target', () => {
  test('of what was created has the id of the answer and the parts of its image', async () => {
    const event = await eventOf({
      uri: '/v1.41/containers/create?name=web',
      status: 201,
      body: { Image: '127.0.0.1:5000/team/app:1', Env: ['TOKEN=hunter2'] },
      answer: { Id: ID, Warnings: [] },
    })
    expect(event).toMatchObject({
      target: {
        ...{ type: 'container', id: ID, name: 'web' },
        ...{ namespace: 'team', repository: 'app', tag: '1' },
      },
      details: { image: '127.0.0.1:5000/team/app:1', registry: '127.0.0.1:5000' },
      message: 'An unnamed client asked Docker to create container web (abababababab)',
    })
    expect(JSON.stringify(event)).not.toContain('hunter2')
  })

  test('of what was not created has the name that was asked for', async () => {
    const uri = '/containers/create?name=web'
    const event = await eventOf({ uri, status: 0, body: { Image: 'app' } })
    expect(event?.target).toEqual({
      ...{ type: 'container', name: 'web', namespace: 'library', repository: 'app' },
    })
  })

  test('is never a parameter that Docker does not look at', async () => {
    const other = 'name=other&container=other'
    expect((await eventOf({ uri: `/exec/${ID}/start?${other}` }))?.target).toEqual({
      type: 'container',
    })
    expect((await eventOf({ uri: `/containers/web/start?${other}` }))?.target?.name).toBe('web')
    const remove = await eventOf({ method: 'DELETE', uri: '/images/app:1?tag=other&repo=other' })
    expect(remove?.target?.name).toBe('app:1')
    const create = await eventOf({ uri: '/containers/create?container=other&name=web' })
    expect(create?.target?.name).toBe('web')
  })

  test.each([
    ['/images/create?fromImage=team/app&tag=2', { name: 'team/app:2', tag: '2' }],
    [`/images/create?fromImage=team/app&tag=sha256:${ID}`, { digest: `sha256:${ID}` }],
    ['/images/create?fromImage=team/app', { name: 'team/app', namespace: 'team' }],
    ['/images/h:5000/team/app/push?tag=1', { name: 'h:5000/team/app:1', repository: 'app' }],
    ['/images/app:1/tag?repo=team/new&tag=2', { name: 'team/new:2', repository: 'new' }],
    ['/build?t=team/app:1&t=other', { name: 'team/app:1' }],
    ['/images/load', { type: 'image' }],
  ])('of %s has the parts of the name', async (uri, target) => {
    expect((await eventOf({ uri }))?.target).toMatchObject(target)
  })

  test('of an image that is named by its id has no name of a repository', async () => {
    const remove = (image: string) => eventOf({ method: 'DELETE', uri: `/images/${image}` })
    expect((await remove(`sha256:${ID}`))?.target).toEqual({ type: 'image', id: `sha256:${ID}` })
    const beginning = ID.slice(0, 12)
    expect((await remove(beginning))?.target).toEqual({ type: 'image', name: beginning })
  })

  test('of networks and volumes is what Docker calls them', async () => {
    const network = { uri: '/networks/create', body: { Name: 'net1' }, answer: { Id: ID } }
    expect((await eventOf(network))?.target).toEqual({ type: 'network', id: ID, name: 'net1' })
    const byId = await eventOf({ method: 'DELETE', uri: `/networks/${ID}` })
    expect(byId?.target).toEqual({ type: 'network', id: ID })
    const connect = { uri: '/networks/net1/connect', body: { Container: ID } }
    expect(await eventOf(connect)).toMatchObject({
      target: { type: 'network', name: 'net1' },
      details: { container: ID },
    })
    const unnamed = { uri: '/volumes/create', body: {}, answer: { Name: 'ff00' } }
    expect((await eventOf(unnamed))?.target).toEqual({ type: 'volume', id: 'ff00', name: 'ff00' })
  })
})

describe('secrets', () => {
  test.each([
    '/build?buildargs=%7B%22TOKEN%22%3A%22hunter2%22%7D&t=app',
    '/build?remote=https://alice:hunter2@git.example/app.git',
    '/images/create?fromSrc=https://alice:hunter2@host/rootfs.tar&repo=app',
    '/images/create?fromImage=https://alice:hunter2@host/app',
    '/swarm/password=hunter2',
    '/containers/web/attach?anything=hunter2',
  ])('none of %s is kept', async (uri) => {
    const headers = { 'X-Registry-Auth': 'hunter2', 'User-Agent': 'test' }
    const event = await eventOf({ uri, headers, body: { password: 'hunter2' } })
    expect(JSON.stringify(event)).not.toContain('hunter2')
    expect(event?.client).toEqual({ userAgent: 'test' })
  })
})

test('whatever is asked for, by whomever, is an event that the boundary takes', async () => {
  const text = fc.string({ unit: 'binary', maxLength: 700 })
  const path = fc.oneof(
    text,
    fc
      .constantFrom('/containers/', '/images/', '/exec/', '/networks/')
      .chain((start) =>
        fc
          .constantFrom('/start', '/push', '')
          .chain((end) => text.map((name) => start + name + end)),
      ),
  )
  const asked = fc.record({
    method: fc.constantFrom('POST', 'PUT', 'DELETE', 'PATCH'),
    uri: fc.tuple(path, text).map(([before, query]) => `${before}?name=${query}&repo=${query}`),
    user: text,
    status: fc.integer({ min: 0, max: 599 }),
    body: fc.dictionary(fc.constantFrom('Image', 'Name', 'Container'), text),
    answer: fc.dictionary(fc.constantFrom('Id', 'Name'), text),
    headers: fc.record({ 'User-Agent': text }),
  })
  await fc.assert(
    fc.asyncProperty(asked, async (one) => {
      // What changes nothing is no event: the end of a path may say so.
      expect((await eventsOf(response(one))).length).toBeLessThanOrEqual(1)
    }),
    { numRuns: 300 },
  )
})
