import { Type } from 'typebox'
import { Fault } from '../../../core/errors.ts'
import type { LedgerVerifier } from '../../../ledger/verification/ledger-verifier.ts'
import { authenticated } from '../../api/authentication.ts'
import { beginDownload } from '../../api/bodies/download.ts'
import type { DialectContext } from '../../api/dialect.ts'
import { problemAnswers } from '../../api/problems/problem-answers.ts'
import type { NativeScope } from '../native-scope.ts'
import { wholeLedger } from './ledger-readers.ts'

const PROGRESS = Type.Object(
  { events: Type.Integer(), of: Type.Integer() },
  { title: 'VerificationProgress', description: 'Events that are compared, and all of them' },
)
const RESULT = Type.Object(
  {
    finishedAt: Type.String({ format: 'date-time' }),
    events: Type.Integer(),
    verdict: Type.Enum(['consistent', 'altered', 'missing']),
    findings: Type.Array(Type.String()),
    findingCount: Type.Integer(),
  },
  { title: 'VerificationResult' },
)

/** `POST /v1/ledger/verification`: compares every stored event with what was signed. */
export function registerVerificationRoute(scope: NativeScope, context: DialectContext): void {
  const schema = {
    operationId: 'verifyLedger',
    summary: 'Compare every stored event with the latest checkpoint',
    description:
      'Reads all rows from the engine. The answer is a line of JSON for each step, and as the ' +
      'last line how it ended. Ends when the client goes.',
    answers: {
      200: {
        description: 'Progress, then the result',
        content: { 'application/x-ndjson': Type.Union([PROGRESS, RESULT]) },
      },
      ...problemAnswers([429]),
    },
  }
  const mayRead = authenticated(context.directory, { scopes: ['ledger:read', 'admin'] })
  const onRequest = [mayRead, wholeLedger]
  scope.post('/v1/ledger/verification', { schema, onRequest }, async (_request, reply) => {
    const { verifier } = context
    if (verifier === undefined) {
      throw new Fault('ledger.read-only', { detail: context.ledger.status().readOnly ?? '' })
    }
    const document = await beginDownload(steps(verifier))
    void reply.header('Cache-Control', 'no-store, no-transform').type('application/x-ndjson')
    return reply.send(document)
  })
}

/** A line for each step; ending the iteration ends the run. */
async function* steps(verifier: LedgerVerifier): AsyncIterable<string> {
  const run = verifier.verify()
  try {
    let step = await run.next()
    for (; step.done !== true; step = await run.next()) yield line(step.value)
    yield line(step.value)
  } finally {
    await run.return(undefined as never)
  }
}

function line(value: object): string {
  return `${JSON.stringify(value)}\n`
}
