import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { ApiDescription, OperationDescription } from '../dialects/api-description.ts'
import { TOKEN_SCHEME } from '../dialects/authentication.ts'
import { problemErrors } from '../dialects/problem-answers.ts'
import type { Readiness } from './readiness.ts'

/** How the API document describes the routes for those who operate an instance. */
export const OPERATION_API: ApiDescription = {
  tag: { name: 'Operation', description: 'Health and figures of an instance' },
  securitySchemes: TOKEN_SCHEME,
  errorAnswers: problemErrors,
}

const HEALTH: OperationDescription = {
  operationId: 'getHealth',
  summary: 'Whether the process runs',
  isPublic: true,
  answers: {
    200: { description: 'It runs', content: { 'text/plain': Type.String({ examples: ['ok\n'] }) } },
  },
}

const READINESS: OperationDescription = {
  operationId: 'getReadiness',
  summary: 'Whether the instance can take and answer events',
  isPublic: true,
  answers: {
    200: {
      description: 'It can',
      content: { 'text/plain': Type.String({ examples: ['ready\n'] }) },
    },
    503: {
      description: 'It cannot, and why',
      content: { 'text/plain': Type.String({ examples: ['the store is not available\n'] }) },
    },
  },
}

/** `/healthz` says that the process runs, `/readyz` that it can answer; both to everybody. */
export function registerHealth(scope: FastifyInstance, readiness: Readiness): void {
  scope.get('/healthz', { config: { operations: [HEALTH] } }, async (_request, reply) =>
    reply.type('text/plain').send('ok\n'),
  )
  scope.get('/readyz', { config: { operations: [READINESS] } }, async (_request, reply) => {
    const obstacle = await readiness.obstacle()
    const code = obstacle === undefined ? 200 : 503
    return reply
      .code(code)
      .type('text/plain')
      .header('Cache-Control', 'no-store')
      .send(`${obstacle ?? 'ready'}\n`)
  })
}
