import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { actorOf } from '../../../access/directory/principal.ts'
import { Fault } from '../../../core/errors.ts'
import type { KeyChange, ShownLedger } from '../../../ledger/checkpoint/ledger-checkpoints.ts'
import { parseTilePath, type TileName, tilePath, widthIn } from '../../../ledger/tiles/tile-path.ts'
import type { OperationDescription } from '../../api/api-description.ts'
import type { DialectContext } from '../../api/dialect.ts'
import { problemAnswers } from '../../api/problems/problem-answers.ts'
import { administratorOf, administrators } from '../administration/administrators.ts'
import type { NativeScope } from '../native-scope.ts'
import {
  checkpointsOf,
  ledgerReaders,
  requireWholeLedger,
  wholeLedger,
  witnessedOf,
} from './ledger-readers.ts'
import { LEDGER_PLACES, type LedgerPlace, requestedLedger } from './shown-ledger.ts'

const TEXT = 'text/plain; charset=utf-8'
/** Tiles never change: a partial tile is followed by one with another name. */
const IMMUTABLE = 'private, max-age=31536000, immutable'
const CHECKPOINT_SECONDS = 1

/** Checkpoint, keys and tiles of this instance's ledger, for tlog-tiles clients. */
export function registerCheckpointRoutes(
  scope: NativeScope,
  context: DialectContext,
  isPublic: boolean,
): void {
  const readers = ledgerReaders(context, isPublic)
  for (const place of LEDGER_PLACES) registerShown(scope, context, { place, onRequest: readers })
  registerWitnessed(scope, context, readers)
  registerKeyChanges(scope, context)
}

type Readers = ReturnType<typeof ledgerReaders>

interface ShownRoute {
  readonly place: LedgerPlace
  readonly onRequest: Readers
}

/** What tlog-tiles clients read below the prefix that they are given. */
function registerShown(scope: NativeScope, context: DialectContext, route: ShownRoute): void {
  registerCheckpoint(scope, context, route)
  registerKey(scope, context, route)
  registerTiles(scope, context, route)
}

function registerCheckpoint(
  scope: NativeScope,
  context: DialectContext,
  { place, onRequest }: ShownRoute,
): void {
  const schema = {
    operationId: `getCheckpoint${place.name}`,
    summary: `The latest signed checkpoint of ${place.ofLedger}`,
    description: 'A C2SP signed note (tlog-checkpoint). It covers the events that are on disk.',
    answers: {
      200: { description: 'The checkpoint', content: { 'text/plain': Type.String() } },
      ...problemAnswers([404]),
    },
    ...place.params,
  }
  scope.get(`${place.path}/checkpoint`, { schema, onRequest }, async (request, reply) => {
    const latest = (await requestedLedger(context, request)).latest()
    if (latest === undefined) throw noCheckpoint()
    void reply.header('Cache-Control', `private, max-age=${CHECKPOINT_SECONDS}`)
    return sendText(reply, latest.text)
  })
}

function registerWitnessed(scope: NativeScope, context: DialectContext, onRequest: Readers): void {
  const witnessed = {
    operationId: 'getWitnessedCheckpoint',
    summary: 'The latest checkpoint that enough witnesses cosigned',
    description:
      'A C2SP signed note with cosignatures that reach the quorum of the policy of this ' +
      'instance. It may be older than the latest checkpoint.',
    answers: {
      200: { description: 'The checkpoint', content: { 'text/plain': Type.String() } },
      ...problemAnswers([404]),
    },
  }
  const options = { schema: witnessed, onRequest }
  scope.get('/v1/ledger/checkpoint/witnessed', options, async (_request, reply) => {
    void reply.header('Cache-Control', `private, max-age=${CHECKPOINT_SECONDS}`)
    return sendText(reply, witnessedOf(checkpointsOf(context)).text)
  })
}

function registerKey(
  scope: NativeScope,
  context: DialectContext,
  { place, onRequest }: ShownRoute,
): void {
  const schema = {
    operationId: `getLedgerKey${place.name}`,
    summary: `The verifier keys of ${place.ofLedger}, one per line`,
    description: 'First the current keys, newest first, then the retired ones.',
    answers: {
      200: { description: 'C2SP vkeys', content: { 'text/plain': Type.String() } },
      ...problemAnswers([404]),
    },
    ...place.params,
  }
  scope.get(`${place.path}/key`, { schema, onRequest }, async (request, reply) => {
    const ledger = await requestedLedger(context, request)
    const present = ledger.verifierKeys().toReversed()
    const keys = new Set([...present.map(({ text }) => text), ...(await ledger.knownKeys())])
    return sendText(reply, [...keys].map((key) => `${key}\n`).join(''))
  })
}

function registerKeyChanges(scope: NativeScope, context: DialectContext): void {
  const Keys = Type.Object({ verifierKeys: Type.Array(Type.String()) }, { title: 'LedgerKeys' })
  const administratorsOfAll = [administrators(context), wholeLedger]
  const added = {
    operationId: 'addLedgerKey',
    summary: 'Sign checkpoints with a new key as well',
    description: 'The older keys keep signing until they are retired.',
    response: { 201: Keys },
  }
  const keysOf = () =>
    checkpointsOf(context)
      .verifierKeys()
      .map(({ text }) => text)
  const adding = { schema: added, onRequest: administratorsOfAll }
  scope.post('/v1/ledger/keys', adding, async (request, reply) => {
    await checkpointsOf(context).addKey(changeOf(request))
    return reply.code(201).send({ verifierKeys: keysOf() })
  })
  const retired = {
    operationId: 'retireLedgerKeys',
    summary: 'Sign checkpoints only with the newest key',
    response: { 200: Keys },
  }
  const retiring = { schema: retired, onRequest: administratorsOfAll }
  scope.delete('/v1/ledger/keys/old', retiring, async (request) => {
    await checkpointsOf(context).retireOldKeys(changeOf(request))
    return { verifierKeys: keysOf() }
  })
}

const tileOperation = ({ path, name, ofLedger, params }: LedgerPlace): OperationDescription => ({
  operationId: `getTile${name}`,
  summary: `A tile of hashes, or a bundle of entries, of ${ofLedger}`,
  description:
    'C2SP tlog-tiles. With `entries` as the level, the canonical JSON of the events, which needs ' +
    'an administrator of the installation.',
  path: `${path.replace(':origin', '{origin}')}/tile/{level}/{index}`,
  params: Type.Object({
    ...params.params?.properties,
    level: Type.String({
      description: '`entries`, or a number: 0 for the leaf hashes, 1 for the level above, …',
    }),
    index: Type.String({
      description: '`x001/x234/067` is 1234067; a partial tile ends with its width: `067.p/8`',
    }),
  }),
  answers: {
    200: {
      description: 'Hashes of 32 bytes, or entries, each preceded by its length',
      content: { 'application/octet-stream': Type.String({ format: 'binary' }) },
    },
    ...problemAnswers([404]),
  },
})

function registerTiles(
  scope: NativeScope,
  context: DialectContext,
  { place, onRequest }: ShownRoute,
): void {
  const options = { config: { operations: [tileOperation(place)] }, onRequest }
  scope.get<TileRoute>(`${place.path}/tile/*`, options, async (request, reply) => {
    const name = parseTilePath(request.params['*'])
    if (name === undefined) throw noTile()
    if (name.level === 'entries') requireWholeLedger(request)
    const bytes = await readTile(await requestedLedger(context, request), name)
    void reply.header('Cache-Control', IMMUTABLE).type('application/octet-stream')
    return reply.send(bytes)
  })
}

interface TileRoute {
  readonly Params: { readonly '*': string }
}

/** Tiles never extend past the latest checkpoint, whatever width is requested. */
async function readTile({ latest, tiles }: ShownLedger, name: TileName): Promise<Buffer> {
  if (name.width > widthIn(latest()?.size ?? 0, name)) throw noTile()
  const bytes = await tiles.read(name)
  if (bytes !== undefined) return bytes
  throw new Fault('store.damaged', { detail: `a hash of the tile ${tilePath(name)} is missing` })
}

function changeOf(request: Parameters<typeof administratorOf>[0]): KeyChange {
  const { principal, client } = administratorOf(request)
  return {
    actor: principal === undefined ? null : actorOf(principal),
    ...(client !== undefined && { client }),
  }
}

function sendText(reply: FastifyReply, text: string): FastifyReply {
  return reply.type(TEXT).send(text)
}

function noCheckpoint(): Fault {
  return new Fault('resource.missing', {
    detail: 'no checkpoint is signed yet',
    retryAfterSeconds: CHECKPOINT_SECONDS,
  })
}

function noTile(): Fault {
  return new Fault('resource.missing', {
    detail: 'the tree of the latest checkpoint has no such tile',
  })
}
