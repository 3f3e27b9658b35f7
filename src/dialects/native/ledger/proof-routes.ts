import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { Fault, invalidValue } from '../../../core/errors.ts'
import { canonicalJson } from '../../../core/event/canonical-json.ts'
import type { StoredEvent } from '../../../core/event/event.ts'
import type { Checkpoint } from '../../../ledger/checkpoint/checkpoint.ts'
import type {
  LedgerCheckpoints,
  ShownLedger,
} from '../../../ledger/checkpoint/ledger-checkpoints.ts'
import { coveringSubtrees } from '../../../ledger/proof/subtree-proof.ts'
import { tlogProofText } from '../../../ledger/proof/tlog-proof.ts'
import { principalOf } from '../../api/authentication.ts'
import type { DialectContext } from '../../api/dialect.ts'
import { problemAnswers } from '../../api/problems/problem-answers.ts'
import { requestContext } from '../../api/request-context.ts'
import { EntrySchema } from '../events/event-json.ts'
import { findVisible, mayReadEvents } from '../events/event-search.ts'
import type { NativeScope } from '../native-scope.ts'
import { checkpointsOf, ledgerReaders, witnessedOf } from './ledger-readers.ts'
import { LEDGER_PLACES, type LedgerPlace, ledgerOf, requestedLedger } from './shown-ledger.ts'

/** How long the proof of an event waits for a checkpoint that covers it, ms. */
const PROOF_WAIT_MS_MAX = 2_000
const RETRY_AFTER_SECONDS = 1

const Hash = Type.String({ description: '32 bytes in base64' })
const EVENT_PARAMETERS = Type.Object({ id: Type.String({ description: 'Id of the event' }) })
const Closed = { additionalProperties: false } as const

/** Proofs that an event, an older size or a range of events is part of the ledger. */
export function registerProofRoutes(
  scope: NativeScope,
  context: DialectContext,
  isPublic: boolean,
): void {
  registerEventProof(scope, context)
  registerEntry(scope, context)
  const onRequest = ledgerReaders(context, isPublic)
  for (const place of LEDGER_PLACES) {
    registerConsistency(scope, context, { place, onRequest })
    registerRange(scope, context, { place, onRequest })
  }
}

function registerEventProof(scope: NativeScope, context: DialectContext): void {
  const schema = {
    operationId: 'getEventProof',
    summary: 'The proof that an event is in the ledger',
    description:
      'A C2SP tlog-proof for the canonical JSON of the event without `seq`, and a checkpoint. ' +
      'The request waits up to two seconds for a checkpoint that covers the event.',
    params: EVENT_PARAMETERS,
    querystring: Type.Object(
      {
        checkpoint: Type.Optional(
          Type.Enum(['latest', 'witnessed'], {
            description:
              'The checkpoint that the proof leads to: the latest (default), or one that ' +
              'enough witnesses cosigned',
          }),
        ),
      },
      Closed,
    ),
    answers: {
      200: { description: 'The file `ID.tlog-proof`', content: { 'text/plain': Type.String() } },
      ...problemAnswers([404]),
    },
  }
  const options = { schema, onRequest: mayReadEvents(context) }
  scope.get('/v1/events/:id/proof', options, async (request, reply) => {
    const { event, seq, origin } = await visibleEvent(context, request)
    const { checkpoint, tiles } = await proving(context, { origin, seq }, request.query.checkpoint)
    const hashes = await tiles.proof({ start: seq, end: seq + 1 }, checkpoint.size)
    void reply.header('Content-Disposition', `attachment; filename="${event.id}.tlog-proof"`)
    void reply.header('Cache-Control', 'no-store').type('text/plain; charset=utf-8')
    return reply.send(tlogProofText({ index: seq, hashes, checkpoint: checkpoint.text }))
  })
}

function registerEntry(scope: NativeScope, context: DialectContext): void {
  const schema = {
    operationId: 'getEventEntry',
    summary: 'The entry of an event in the ledger, byte for byte as it is hashed',
    description:
      'The canonical JSON (RFC 8785) of the event without `seq`: its leaf is SHA-256 over a zero ' +
      'byte and this. With the proof of the event it is all that a verifier needs.',
    params: EVENT_PARAMETERS,
    querystring: Type.Object({}, Closed),
    answers: {
      200: { description: 'The file `ID.json`', content: { 'application/json': EntrySchema } },
      ...problemAnswers([404]),
    },
  }
  const options = { schema, onRequest: mayReadEvents(context) }
  scope.get('/v1/events/:id/entry', options, async (request, reply) => {
    const { event } = await visibleEvent(context, request)
    void reply.header('Content-Disposition', `attachment; filename="${event.id}.json"`)
    void reply.header('Cache-Control', 'no-store').type('application/json')
    return reply.send(Buffer.from(canonicalJson(event)))
  })
}

/** @throws Fault `resource.missing`, also for an event that the caller may not see. */
async function visibleEvent(
  context: DialectContext,
  request: FastifyRequest<{ Params: { id: string } }>,
): Promise<StoredEvent> {
  const { events } = requestContext(context, request)
  const found = await findVisible(events, request.params.id.toLowerCase(), principalOf(request))
  if (found === undefined) throw new Fault('resource.missing', { detail: 'no such event' })
  return found
}

/** A checkpoint over an event, and the tiles that prove it. */
async function proving(
  context: DialectContext,
  { origin, seq }: Pick<StoredEvent, 'origin' | 'seq'>,
  asked: 'latest' | 'witnessed' = 'latest',
): Promise<{ readonly checkpoint: Checkpoint; readonly tiles: ShownLedger['tiles'] }> {
  if (origin === context.ledger.status().origin) {
    const own = checkpointsOf(context)
    const checkpoint = asked === 'witnessed' ? witnessedOf(own, seq) : await coveringOf(own, seq)
    return { checkpoint, tiles: own.tiles }
  }
  const { latest, tiles } = await ledgerOf(context, origin)
  const checkpoint = latest()
  if (asked === 'witnessed' || checkpoint === undefined || checkpoint.size <= seq) {
    throw new Fault('resource.missing', { detail: `the ledger ${origin} has the proof` })
  }
  return { checkpoint, tiles }
}

async function coveringOf({ covering }: LedgerCheckpoints, seq: number): Promise<Checkpoint> {
  const checkpoint = await covering(seq, PROOF_WAIT_MS_MAX)
  if (checkpoint !== undefined) return checkpoint
  throw new Fault('resource.missing', {
    detail: 'no checkpoint covers the event yet',
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  })
}

interface LedgerRoute {
  readonly place: LedgerPlace
  readonly onRequest: ReturnType<typeof ledgerReaders>
}

function registerConsistency(
  scope: NativeScope,
  context: DialectContext,
  { place, onRequest }: LedgerRoute,
): void {
  const schema = {
    operationId: `getConsistencyProof${place.name}`,
    summary: 'The proof that the ledger at one size is a prefix of the ledger at a larger size',
    description: 'RFC 9162 section 2.1.4.',
    querystring: Type.Object(
      {
        from: Type.Integer({ minimum: 0, description: 'The smaller size' }),
        to: Type.Optional(
          Type.Integer({
            minimum: 0,
            description: 'The larger size; default is that of the latest checkpoint',
          }),
        ),
      },
      Closed,
    ),
    answers: problemAnswers([404]),
    ...place.params,
    response: {
      200: Type.Object(
        { from: Type.Integer(), to: Type.Integer(), hashes: Type.Array(Hash) },
        { title: 'ConsistencyProof', description: 'The proof, without hashes for equal sizes' },
      ),
    },
  }
  scope.get(`${place.path}/consistency`, { schema, onRequest }, async (request) => {
    const { tiles, size } = present(await requestedLedger(context, request))
    const { from, to = size } = request.query
    if (from > to) throw invalidValue('from', 'a size that is not greater than `to`')
    if (to > size) throw beyond(size)
    const hashes = from === 0 ? [] : await tiles.proof({ start: 0, end: from }, to)
    return { from, to, hashes: hashes.map(base64) }
  })
}

function registerRange(
  scope: NativeScope,
  context: DialectContext,
  { place, onRequest }: LedgerRoute,
): void {
  const schema = {
    operationId: `getRangeProof${place.name}`,
    summary: 'The proof of a range of events: one or two subtrees that cover it',
    description:
      'Subtrees and their proofs as in draft-ietf-plants-merkle-tree-certs. The first subtree ' +
      'may start before the range.',
    querystring: Type.Object(
      {
        from: Type.Integer({ minimum: 0, description: 'First seq' }),
        to: Type.Integer({ minimum: 1, description: 'Last seq plus one' }),
      },
      Closed,
    ),
    answers: problemAnswers([404]),
    ...place.params,
    response: {
      200: Type.Object(
        {
          size: Type.Integer({ description: 'Size of the tree that the proofs refer to' }),
          subtrees: Type.Array(
            Type.Object({
              start: Type.Integer(),
              end: Type.Integer(),
              hash: Hash,
              proof: Type.Array(Hash),
            }),
          ),
          checkpoint: Type.String({ description: 'The signed checkpoint of that size' }),
        },
        { title: 'RangeProof', description: 'The subtrees' },
      ),
    },
  }
  scope.get(`${place.path}/range`, { schema, onRequest }, async (request) => {
    const { tiles, size, text } = present(await requestedLedger(context, request))
    const { from, to } = request.query
    if (from >= to) throw invalidValue('from', 'a seq that is less than `to`')
    if (to > size) throw beyond(size)
    const subtrees = await Promise.all(
      coveringSubtrees({ start: from, end: to }).map(async (range) => ({
        ...range,
        hash: base64(await tiles.subtree(range)),
        proof: (await tiles.proof(range, size)).map(base64),
      })),
    )
    return { size, subtrees, checkpoint: text }
  })
}

function present({ tiles, latest }: ShownLedger) {
  const { size, text } = latest() ?? { size: 0, text: '' }
  return { tiles, size, text }
}

function beyond(size: number): Fault {
  return new Fault('resource.missing', { detail: `the latest checkpoint covers ${size} events` })
}

function base64(hash: Uint8Array): string {
  return Buffer.from(hash).toString('base64')
}
