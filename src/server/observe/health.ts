import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { ApiDescription, OperationDescription } from '../../dialects/api/api-description.ts'
import { TOKEN_SCHEME } from '../../dialects/api/authentication.ts'
import { problemErrors } from '../../dialects/api/problems/problem-answers.ts'
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

/** Second line of `/readyz` while questions are not answered. */
const READS_UNAVAILABLE = 'reads: unavailable\n'

const READINESS: OperationDescription = {
  operationId: 'getReadiness',
  summary: 'Whether the instance takes events, and answers questions',
  isPublic: true,
  answers: {
    200: {
      description: `It takes events; with \`${READS_UNAVAILABLE.trim()}\` it answers no questions`,
      content: { 'text/plain': Type.String({ examples: ['ready\n'] }) },
    },
    503: {
      description: 'It takes no events, and why',
      content: { 'text/plain': Type.String({ examples: ['the journal is full\n'] }) },
    },
  },
}

/** `/healthz` says that the process runs, `/readyz` that it can answer; both to everybody. */
export function registerHealth(scope: FastifyInstance, readiness: Readiness): void {
  scope.get('/healthz', { config: { operations: [HEALTH] } }, async (_request, reply) =>
    reply.type('text/plain').send('ok\n'),
  )
  scope.get('/readyz', { config: { operations: [READINESS] } }, async (_request, reply) => {
    const { obstacle, areReadsAvailable } = await readiness.state()
    const ready = areReadsAvailable ? 'ready\n' : `ready\n${READS_UNAVAILABLE}`
    return reply
      .code(obstacle === undefined ? 200 : 503)
      .type('text/plain')
      .header('Cache-Control', 'no-store')
      .send(obstacle === undefined ? ready : `${obstacle}\n`)
  })
}
