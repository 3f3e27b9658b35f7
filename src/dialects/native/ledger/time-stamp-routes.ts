import { Type } from 'typebox'
import { Fault } from '../../../core/errors.ts'
import type { KeptTimeStamp } from '../../../ledger/time-stamp/kept-time-stamps.ts'
import type { DialectContext } from '../../api/dialect.ts'
import { problemAnswers } from '../../api/problems/problem-answers.ts'
import type { NativeScope } from '../native-scope.ts'
import { checkpointsOf, ledgerReaders } from './ledger-readers.ts'

/** Most time stamps in an answer. */
const TIME_STAMPS_MAX = 100
const TIME_STAMPS_DEFAULT = 10
const IMMUTABLE = 'private, max-age=31536000, immutable'

const Closed = { additionalProperties: false } as const

/** The time stamps of checkpoints (RFC 3161). */
export function registerTimeStamps(
  scope: NativeScope,
  context: DialectContext,
  isPublic: boolean,
): void {
  const onRequest = ledgerReaders(context, isPublic)
  const schema = {
    operationId: 'listTimeStamps',
    summary: 'The latest time stamps of checkpoints, of the largest checkpoint first',
    querystring: Type.Object(
      {
        limit: Type.Optional(
          Type.Integer({
            minimum: 1,
            maximum: TIME_STAMPS_MAX,
            default: TIME_STAMPS_DEFAULT,
            description: 'Most time stamps in the answer',
          }),
        ),
      },
      Closed,
    ),
    response: {
      200: Type.Object(
        {
          timeStamps: Type.Array(
            Type.Object({
              size: Type.Integer({ description: 'Events under the checkpoint' }),
              time: Type.String({ format: 'date-time', description: "By the authority's clock" }),
              authority: Type.String({ description: 'The name in its certificate' }),
            }),
          ),
        },
        { description: 'The time stamps' },
      ),
    },
  }
  scope.get('/v1/ledger/time-stamps', { schema, onRequest }, async (request) => {
    const { limit = TIME_STAMPS_DEFAULT } = request.query
    const found = await checkpointsOf(context).timeStamps.latest(limit)
    return { timeStamps: found.map(({ size, time, authority }) => ({ size, time, authority })) }
  })
  const params = Type.Object({
    size: Type.Integer({ minimum: 0, description: 'Events under the checkpoint' }),
  })
  const replied = {
    operationId: 'getTimeStamp',
    summary: 'The time stamp of the checkpoint of a size',
    params,
    querystring: Type.Object({}, Closed),
    answers: {
      200: {
        description: 'The reply of the authority (RFC 3161), as `openssl ts -verify` reads it',
        content: { 'application/timestamp-reply': Type.String({ format: 'binary' }) },
      },
      ...problemAnswers([404]),
    },
  }
  const reading = { schema: replied, onRequest }
  scope.get('/v1/ledger/time-stamps/:size', reading, async (request, reply) => {
    const { reply: stamp } = await found(context, request.params.size)
    void reply.header('Cache-Control', IMMUTABLE).type('application/timestamp-reply')
    return reply.send(Buffer.from(stamp, 'base64'))
  })
  const stamped = {
    operationId: 'getStampedCheckpoint',
    summary: 'The checkpoint that was stamped, byte for byte',
    params,
    querystring: Type.Object({}, Closed),
    answers: {
      200: { description: 'The checkpoint', content: { 'text/plain': Type.String() } },
      ...problemAnswers([404]),
    },
  }
  const options = { schema: stamped, onRequest }
  scope.get('/v1/ledger/time-stamps/:size/checkpoint', options, async (request, reply) => {
    const { checkpoint } = await found(context, request.params.size)
    void reply.header('Cache-Control', IMMUTABLE).type('text/plain; charset=utf-8')
    return reply.send(checkpoint)
  })
}

/** @throws Fault `resource.missing`. */
async function found(context: DialectContext, size: number): Promise<KeptTimeStamp> {
  const stamp = await checkpointsOf(context).timeStamps.get(size)
  if (stamp !== undefined) return stamp
  throw new Fault('resource.missing', { detail: 'no checkpoint of this size was stamped' })
}
