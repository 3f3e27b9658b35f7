import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readUri } from '../../../../src/sources/docker-authz/request-uri.ts'
import { eventsOf, HeardPlugin, response } from './captured.ts'
import { ModelEngine } from './model-engine.ts'

const ID = 'ab'.repeat(32)
const FORM = { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': '7' }

function captured(file: string): readonly { readonly kind: 'response'; readonly body: object }[] {
  const text = readFileSync(new URL(`captures/${file}`, import.meta.url), 'utf8')
  const lines = text.trimEnd().split('\n')
  return lines.map((line) => ({ kind: 'response', body: JSON.parse(line) }))
}

test('keys of a body in another case are read, and the last one counts', async () => {
  const events = await eventsOf(...captured('key-case.jsonl'))
  expect(events.map(({ target, details }) => [target?.name, details?.['image']])).toEqual([
    ['job-b', 'evil:1'],
    ['job-a', 'evil:1'],
    ['backend', undefined],
  ])
  expect(events[0]?.target).toMatchObject({ namespace: 'library', repository: 'evil', tag: '1' })
  expect(events[2]?.details?.['container']).toBe('22'.repeat(32))
  expect(JSON.stringify(events)).not.toContain('good')
})

test('a shell is found by its container, however short the beginning of its id was', async () => {
  const engine = new ModelEngine()
  const id = '3cab9d442dab9029e5e1b5d82307972ce3ff9b9f49d0473b4b762f256bdee1f9'
  engine.byName.set('web1', id)
  const events = await new HeardPlugin(engine).hear(...captured('short-prefix.jsonl'))
  const target = { id, name: 'web1', namespace: 'team', repository: 'app' }
  expect(events.map((event) => event.target)).toMatchObject(Array(6).fill(target))
})

describe('the image of a new container, whatever its body looks like', () => {
  test.each([
    ['{"image":"evil:1","Image":"good:1"}', 'good:1'],
    ['{"Image":"good:1","IMAGE":"evil:1"}', 'evil:1'],
    ['{"Image":"evil:1","image":null}', 'evil:1'],
    ['{"Image":"evil:1"} {"Image":"good:1"}', 'evil:1'],
    ['{"Image":"evil:1"}garbage', 'evil:1'],
    ['{"Im\\u0061ge":"evil:1"}', 'evil:1'],
    ['{"Image":"evil:1","Labels":{"a":"\\ud800"}}', 'evil:1'],
    ['{"Image":"evil:1","Labels":{"Image":"good:1"}}', 'evil:1'],
    ['{"Image":"evil:1",}', undefined],
    ['["evil:1"]', undefined],
  ])('%s', async (body, image) => {
    const created = { uri: '/containers/create', status: 201, answer: { Id: ID }, body }
    const [event, later] = await eventsOf(
      response(created),
      response({ uri: `/containers/${ID}/start` }),
    )
    expect([event?.details?.['image'], later?.details?.['image']]).toEqual([image, image])
  })
})

test('a volume and a network are called what the daemon read or answered', async () => {
  const events = await eventsOf(
    response({
      uri: '/volumes/create',
      body: '{"Name":"good","name":"evil"}',
      answer: { Name: 'evil' },
    }),
    response({ uri: '/networks/create', body: '{"Name":"good","name":"evil"}' }),
    response({ uri: '/networks/n/connect', body: '{"Container":"good","cOnTainer":"evil"}' }),
  )
  expect(events.map(({ target }) => target?.name)).toEqual(['evil', 'evil', 'n'])
  expect(events[2]?.details?.['container']).toBe('evil')
})

describe('parameters of a query', () => {
  test.each([
    ['name=a&name=b', 'a'],
    ['Name=a&name=b', 'b'],
    ['?name=a&name=b', 'b'],
    ['x=#&name=b', 'b'],
    ['name=a;name=b', null],
    ['x=;&name=b', 'b'],
    ['name=%zz&name=b', 'b'],
    ['na%6de=%62', 'b'],
    ['name=a+b', 'a b'],
    ['na+me=a&name=b', 'b'],
    ['&&name=b', 'b'],
    ['name=&name=b', ''],
    ['name=%ff', '\ufffd'],
    ['name=%c3%bc', 'ü'],
    ['name=a=b', 'a=b'],
  ])('%s', (query, name) => {
    expect(readUri(`/x?${query}`).query.get('name')).toBe(name)
  })
})

describe('the route', () => {
  test.each([
    ['POST', '/%76%31.41/containers/web/start', 'container.start', 'web'],
    ['POST', '/containers%2Fweb%2Fstart', 'container.start', 'web'],
    ['POST', 'http:/containers/web/start', 'container.start', 'web'],
    ['POST', 'foo://u@h:1/containers/web/start', 'container.start', 'web'],
    ['POST', '/v9.9/containers/web/start', 'container.start', 'web'],
    ['POST', '/containers/web/start#/kill', 'container.kill', 'web/start#'],
    ['POST', '/containers/web/db/start', 'container.start', 'web/db'],
    ['POST', '/containers/a/start/start', 'container.start', 'a/start'],
    ['POST', '/containers/%ff/%73tart', 'container.start', '\ufffd'],
    ['DELETE', '/containers/', 'container.delete', undefined],
    ['DELETE', '/containers/web/checkpoints/c1', 'engine.request', undefined],
    ['POST', '/images/create?fromSrc=-&fromImage=evil&tag=1', 'image.pull', 'evil:1'],
    ['POST', '/images/create?fromSrc=-&fromImage=&repo=evil', 'image.import', 'evil'],
    ['POST', '/images/create?fromImage=h:5/a:1&tag=2', 'image.pull', 'h:5/a:2'],
    ['POST', '/images/create?fromImage=h:5/a&tag=2', 'image.pull', 'h:5/a:2'],
    ['POST', '/images/create?fromImage=h:5/a:', 'image.pull', 'h:5/a'],
    ['POST', `/images/create?fromImage=a:1&tag=sha256:${ID}`, 'image.pull', `a@sha256:${ID}`],
    ['POST', `/images/create?fromImage=a@sha256:${ID}&tag=1`, 'image.pull', `a:1@sha256:${ID}`],
    ['POST', '/images/a:1/push?tag=2', 'image.push', 'a:2'],
    ['GET', '/images/a:1/get?names=b:1', 'image.save', 'a:1'],
  ])('%s %s is %s of %s', async (method, uri, action, name) => {
    const [event] = await eventsOf(response({ method, uri }))
    expect([event?.action, event?.target?.name]).toEqual([action, name])
  })
})

describe('parameters that a form may have in its body, where Docker takes them first', () => {
  test.each([
    FORM,
    { 'Content-Type': 'Application/X-WWW-Form-URLencoded; charset=x' },
    // The last of two headers, of which Docker goes by the first.
    { 'Content-Type': 'application/json', 'Content-Length': '7' },
  ])('are not taken from the query: %j', async (headers) => {
    const uri = '/images/create?fromImage=good&tag=1'
    const [pull] = await eventsOf(response({ uri, headers, status: 0 }))
    expect(JSON.parse(JSON.stringify(pull))).toMatchObject({
      ...{ action: 'image.pull', target: { type: 'image' } },
      details: { unseenForm: true, parameters: { fromImage: 'good', tag: '1' } },
    })
    expect(pull?.target?.name).toBeUndefined()
  })

  test('are not learnt from it: a new name is unknown then', async () => {
    const plugin = new HeardPlugin()
    const create = { uri: '/containers/create?name=web', answer: { Id: ID }, status: 201 }
    const rename = { uri: '/containers/web/rename?name=good', headers: FORM }
    const start = { uri: `/containers/${ID}/start` }
    const events = await plugin.hear(response(create), response(rename), response(start))
    expect(events.map(({ target }) => target?.name)).toEqual(['web', 'web', undefined])
  })

  test.each([
    ['DELETE', FORM],
    ['POST', { 'Content-Type': 'application/json', 'Content-Length': '0' }],
    ['POST', { 'Content-Type': 'text/plain' }],
  ])('are in the query alone with %s and %j', async (method, headers) => {
    const uri = '/containers/web?name=x'
    const [event] = await eventsOf(response({ method, uri, headers }))
    expect(event?.details?.['unseenForm']).toBeUndefined()
  })
})
