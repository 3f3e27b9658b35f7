import { fastify } from 'fastify'
import { describe, expect, test } from 'vitest'
import { loggerOptions, withoutSecrets } from '../../../../src/server/http/logging.ts'

const lineOf = (facts: object) => `${JSON.stringify({ level: 40, ...facts })}\n`

describe('a line of the log has no secret, and stays JSON', () => {
  test.each([
    ['/v1/sources/distribution/hub?token=abc', '/v1/sources/distribution/hub?token=[redacted]'],
    ['/a?x=1&TOKEN=abc&y=2', '/a?x=1&TOKEN=[redacted]&y=2'],
    ['/a?password=a%26b#c', '/a?password=[redacted]#c'],
    ['/a?access_token=abc', '/a?access_token=[redacted]'],
    ['/a?X-Amz-Signature=abc', '/a?X-Amz-Signature=[redacted]'],
    ['/a?tokens=3&q=token', '/a?tokens=3&q=token'],
  ])('%s is logged as %s', (url, logged) => {
    expect(withoutSecrets(lineOf({ req: { url } }))).toBe(lineOf({ req: { url: logged } }))
  })

  test('nor has the cause of an error, or what another server said', () => {
    const err = {
      type: 'Error',
      message: 'connect ECONNREFUSED http://waybill:hunter2@db:8123/',
      stack: 'Error: Authorization: Bearer hunter2\n    at here',
    }
    const line = withoutSecrets(lineOf({ err, headers: { authorization: 'hunter2' } }))
    expect(line).not.toContain('hunter2')
    expect(JSON.parse(line)).toMatchObject({ level: 40, err: { type: 'Error' } })
    expect(line.endsWith('}\n')).toBe(true)
  })

  test('without a secret it is as it was', () => {
    const line = lineOf({ time: 1, task: 'source engine/host1', msg: 'source disconnected' })
    expect(withoutSecrets(line)).toBe(line)
  })
})

test('the ticket of a stream is not logged, however it is spelled', async () => {
  const logged: unknown[] = []
  const logger = loggerOptions('warn')
  const stream = { write: (line: string) => logged.push(JSON.parse(line).req.url) }
  const server = fastify({ logger: { ...Object(logger), stream } })
  server.get('/*', (request, reply) => {
    request.log.warn({ req: request })
    return reply.send()
  })
  const queries = ['ticket=0000', 'after=1&ticket=0000', '%74icke%54=0000', 'ticket%3D0000&%']
  for (const query of queries) await server.inject(`/v1/events/stream?${query}`)
  await server.inject('/v1/events?q=one')
  expect(logged).toEqual([...queries.map(() => '/v1/events/stream'), '/v1/events?q=one'])
})
