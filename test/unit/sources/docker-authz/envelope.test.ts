import { describe, expect, test } from 'vitest'
import { openEnvelope } from '../../../../src/sources/docker-authz/envelope.ts'
import { CALL_BYTES_MAX } from '../../../../src/sources/docker-authz/plugin-server.ts'
import { HeardPlugin, response } from './captured.ts'

const open = (text: string | Buffer) => {
  const body = Buffer.from(text)
  return openEnvelope({ kind: 'response', body, bytes: body.length })
}

describe('a call that cannot be read', () => {
  test.each([
    ['', 'a call is not a JSON object in UTF-8'],
    ['[]', 'a call is not a JSON object in UTF-8'],
    ['{"RequestMethod":"POST"', 'a call is not a JSON object in UTF-8'],
    ['{"RequestUri":"/x"}', 'a call has no `RequestMethod`'],
    ['{"RequestMethod":"POST","RequestUri":7}', 'a call has no `RequestUri`'],
  ])('%j: %s', (text, unreadable) => {
    expect(open(text)).toEqual({ unreadable })
  })

  test('is kept as a dead letter without its text, told apart by its digest', async () => {
    const plugin = new HeardPlugin()
    await plugin.hearBytes('response', '{"RequestBody":"hunter2"')
    await plugin.hearBytes('response', '{"RequestBody":"hunter3"')
    await plugin.hearBytes('response', Buffer.from([0xff, 0xfe]))
    const letters = plugin.translations.flatMap(({ deadLetters }) => deadLetters)
    expect(letters.map(({ body }) => JSON.parse(body.toString()).bytes)).toEqual([24, 24, 2])
    expect(new Set(letters.map(({ body }) => body.toString())).size).toBe(3)
    expect(letters.join('')).not.toContain('hunter')
  })
})

test('members of another form count as absent', () => {
  const call = {
    ...{ User: 7, UserAuthNMethod: null, RequestMethod: 'post', RequestUri: '/x' },
    ...{ RequestBody: 'AAAA', RequestHeaders: [], RequestPeerCertificates: ['bm90aGluZw=='] },
    ...{ ResponseStatusCode: '204', ResponseBody: {} },
  }
  expect(open(JSON.stringify(call))).toMatchObject({
    request: {
      ...{ user: undefined, authentication: undefined, certificate: undefined },
      ...{ method: 'POST', uri: '/x', userAgent: undefined, body: { entries: [] } },
      ...{ status: undefined, answer: { entries: [] }, omittedBytes: undefined },
    },
  })
})

describe('a call that is larger than what is kept of it', () => {
  const whole = Buffer.from(
    JSON.stringify(
      response({
        uri: '/containers/create?name=%22,%22RequestBody%22:web',
        user: 'alice ","RequestBody":',
        body: { Image: 'x'.repeat(CALL_BYTES_MAX) },
      }).body,
    ),
  )
  const body = whole.subarray(0, CALL_BYTES_MAX)

  test('still tells who asked for what', () => {
    expect(openEnvelope({ kind: 'response', body, bytes: whole.length })).toMatchObject({
      request: {
        ...{ user: 'alice ","RequestBody":', authentication: 'TLS', method: 'POST' },
        ...{ uri: '/containers/create?name=%22,%22RequestBody%22:web' },
        ...{ status: undefined, omittedBytes: whole.length },
      },
    })
  })

  test('is an event that says how much of it was left out', async () => {
    const plugin = new HeardPlugin()
    await plugin.hearBytes('response', body, whole.length)
    expect(plugin.events).toMatchObject([
      { action: 'container.create', outcome: 'unknown', details: { omittedBytes: whole.length } },
    ])
  })

  test('is a dead letter when its beginning says nothing', async () => {
    const plugin = new HeardPlugin()
    await plugin.hearBytes('response', Buffer.alloc(CALL_BYTES_MAX, 'x'), CALL_BYTES_MAX + 1)
    expect(plugin.translations).toMatchObject([
      { events: [], deadLetters: [{ reason: 'a call is too large' }] },
    ])
  })
})
