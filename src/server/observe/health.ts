import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { ApiDescription, OperationDescription } from '../../dialects/api/api-description.ts'
import { TOKEN_SCHEME } from '../../dialects/api/authentication.ts'
import { problemErrors } from '../../dialects/api/problems/problem-answers.ts'
import type { Readiness } from './readiness.ts'

/** The routes for operators in the API document. */
export const OPERATION_API: ApiDescription = {
  tag: { name: 'Operation', description: 'Health and metrics of an instance' },
  securitySchemes: TOKEN_SCHEME,
  errorAnswers: problemErrors,
}

const HEALTH: OperationDescription = {
  operationId: 'getHealth',
  summary: 'Whether the process is running',
  isPublic: true,
  answers: {
    200: { description: 'Running', content: { 'text/plain': Type.String({ examples: ['ok\n'] }) } },
  },
}

/** Second line of `/readyz` while queries are not answered. */
const READS_UNAVAILABLE = 'reads: unavailable\n'

const READINESS: OperationDescription = {
  operationId: 'getReadiness',
  summary: 'Whether the instance accepts events and answers queries',
  isPublic: true,
  answers: {
    200: {
      description: `It accepts events; with \`${READS_UNAVAILABLE.trim()}\` it answers no queries`,
      content: { 'text/plain': Type.String({ examples: ['ready\n'] }) },
    },
    503: {
      description: 'It accepts no events; the text says why',
      content: { 'text/plain': Type.String({ examples: ['the journal is full\n'] }) },
    },
  },
}

/**
 * `/healthz` shows that the process is running, `/readyz` that it can answer; both without
 * authentication.
 */
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
