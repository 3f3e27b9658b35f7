import type { FastifyInstance } from 'fastify'
import type { Readiness } from './readiness.ts'

/** `/healthz` says that the process runs, `/readyz` that it can answer; both to everybody. */
export function registerHealth(scope: FastifyInstance, readiness: Readiness): void {
  scope.get('/healthz', async (_request, reply) => reply.type('text/plain').send('ok\n'))
  scope.get('/readyz', async (_request, reply) => {
    const obstacle = await readiness.obstacle()
    const code = obstacle === undefined ? 200 : 503
    return reply
      .code(code)
      .type('text/plain')
      .header('Cache-Control', 'no-store')
      .send(`${obstacle ?? 'ready'}\n`)
  })
}
