import { Type } from 'typebox'
import { mayAdminister } from '../../../access/directory/visibility.ts'
import { Fault } from '../../../core/errors.ts'
import type { SkipCount } from '../../../core/query/skip-rule.ts'
import { inTime, LATE } from '../../../core/time/in-time.ts'
import { formatTimestamp } from '../../../core/time/timestamp.ts'
import type { WitnessState } from '../../../ledger/witness/witness-rounds.ts'
import { authenticated, principalOf } from '../../api/authentication.ts'
import type { DialectContext } from '../../api/dialect.ts'
import { requestContext } from '../../api/request-context.ts'
import type { NativeScope } from '../native-scope.ts'
import { TenantStatus, tenantStatus } from './tenant-status.ts'

/** Longest wait for the size of the store, ms. */
const STORE_MS_MAX = 2_000

/** Facts about the instance that the native API shows. */
export interface InstanceFacts {
  readonly version: string
  /** Time of the start, microseconds since the epoch. */
  readonly startedMicros: number
  /** Events of all origins, and the disk space of the store. */
  readonly storeSize: () => Promise<{ readonly events: number; readonly bytesOnDisk: number }>
  /** Whether checkpoints and hash tiles can be read without a token. */
  readonly isLedgerPublic: boolean
  /** Whether each search becomes an event. */
  readonly recordsSearches: boolean
  /** How many events the rules for sources skipped since the start; absent without rules. */
  readonly skipped?: () => readonly SkipCount[]
}

const STATUS_SCHEMA = {
  operationId: 'getStatus',
  summary: 'The state of this instance',
  response: {
    200: Type.Object(
      {
        version: Type.String(),
        origin: Type.String(),
        uptimeSeconds: Type.Integer(),
        ledger: Type.Object({
          size: Type.Integer(),
          queuedEvents: Type.Integer({ description: 'Events waiting to be accepted' }),
          behind: Type.Object(
            {
              events: Type.Integer(),
              bytes: Type.Integer({ description: 'Size in canonical JSON' }),
              seconds: Type.Number({ description: 'Age of the oldest of them' }),
            },
            { description: 'Accepted events that are not yet in the store' },
          ),
          reads: Type.Union([Type.Literal('available'), Type.Literal('unavailable')], {
            description: 'Whether accepted events reach the store, so that they can be read',
          }),
          journalBytes: Type.Integer({ description: 'Disk space used by the journal, in bytes' }),
          checkpoint: Type.Optional(
            Type.Object(
              { size: Type.Integer(), logName: Type.String() },
              { description: 'The latest signed checkpoint' },
            ),
          ),
          witnesses: Type.Optional(
            Type.Array(
              Type.Object({
                name: Type.String(),
                size: Type.Integer({ description: 'Events under the checkpoint cosigned last' }),
                cosignedAt: Type.Optional(Type.String({ format: 'date-time' })),
                problem: Type.Optional(
                  Type.String({ description: 'Why the witness does not cosign at present' }),
                ),
              }),
              { description: 'The witnesses of `ledger.policyFile`' },
            ),
          ),
          verification: Type.Optional(
            Type.Object(
              {
                finishedAt: Type.String({ format: 'date-time' }),
                events: Type.Integer(),
                verdict: Type.String(),
                findings: Type.Array(Type.String()),
              },
              { description: 'The last comparison of all stored events with the signed ledger' },
            ),
          ),
          readOnly: Type.Optional(
            Type.String({ description: 'Why the ledger is read-only; it signs nothing then' }),
          ),
          contradiction: Type.Optional(
            Type.String({
              description: 'How the stored events differ from the records of the ledger',
            }),
          ),
        }),
        store: Type.Optional(
          Type.Object(
            {
              rows: Type.Integer({ description: 'Events of all instances that share the store' }),
              bytes: Type.Integer({ description: 'On disk' }),
            },
            { description: 'Absent while the store does not answer' },
          ),
        ),
        skipped: Type.Optional(
          Type.Array(
            Type.Object({
              rule: Type.String({ description: 'A rule of `sources.skip`' }),
              source: Type.String({ description: '`KIND/NAME`' }),
              events: Type.Integer({ description: 'Events not recorded since the start' }),
            }),
            { description: 'Events that the rules for sources skipped' },
          ),
        ),
      },
      { title: 'InstanceStatus', description: 'For an administrator of the installation' },
    ),
  },
}

/** `GET /v1/ledger` and `GET /v1/status`. */
export function registerInstanceRoutes(
  scope: NativeScope,
  context: DialectContext,
  facts: InstanceFacts,
): void {
  const ledgerSchema = {
    operationId: 'getLedger',
    summary: "The size and the root of this instance's ledger",
    description: 'Both cover the events of all tenants, because proofs refer to them.',
    response: {
      200: Type.Object(
        {
          origin: Type.String(),
          size: Type.Integer(),
          rootHash: Type.String({ description: 'RFC 9162 Merkle tree hash, hex' }),
        },
        { title: 'LedgerHead', description: 'Origin, size and root of the ledger' },
      ),
    },
  }
  const mayReadLedger = authenticated(context.directory, { scopes: ['ledger:read', 'admin'] })
  scope.get('/v1/ledger', { schema: ledgerSchema, onRequest: mayReadLedger }, async () => {
    const { origin, size, rootHash } = context.ledger.status()
    return { origin, size, rootHash: Buffer.from(rootHash).toString('hex') }
  })
  const isAdministrator = authenticated(context.directory, {
    scopes: ['admin'],
    may: mayAdminister,
  })
  const answers = [STATUS_SCHEMA.response[200], TenantStatus]
  const response = { 200: Type.Union(answers, { description: 'The state of the instance' }) }
  const options = { schema: { ...STATUS_SCHEMA, response }, onRequest: isAdministrator }
  scope.get('/v1/status', options, async (request) => {
    const { tenant } = principalOf(request)
    const uptimeSeconds = Math.floor((context.clock() - facts.startedMicros) / 1_000_000)
    if (tenant !== null) {
      return tenantStatus(requestContext(context, request), tenant, {
        version: facts.version,
        uptimeSeconds,
      })
    }
    const store = await storeOf(facts)
    const { origin, size, queuedEvents, behind, journalBytes, contradiction, readOnly } =
      context.ledger.status()
    const latest = context.checkpoints?.latest()
    const witnesses = context.checkpoints?.witnesses() ?? []
    const verification = context.verifier?.latest()
    const skipped = facts.skipped?.() ?? []
    return {
      version: facts.version,
      origin,
      uptimeSeconds,
      ledger: {
        size,
        queuedEvents,
        behind: { events: behind.events, bytes: behind.bytes, seconds: behind.seconds },
        reads: behind.isFailing ? ('unavailable' as const) : ('available' as const),
        journalBytes,
        ...(latest && { checkpoint: { size: latest.size, logName: latest.logName } }),
        ...(witnesses.length > 0 && { witnesses: witnesses.map(shownWitness) }),
        ...(verification && { verification: { ...verification } }),
        ...(readOnly !== undefined && { readOnly }),
        ...(contradiction === undefined ? {} : { contradiction }),
      },
      ...(store !== undefined && { store }),
      ...(skipped.length > 0 && { skipped: [...skipped] }),
    }
  })
}

function shownWitness({ name, size, cosignedSeconds, problem }: WitnessState) {
  return {
    ...{ name, size },
    ...(cosignedSeconds !== undefined && {
      cosignedAt: formatTimestamp(cosignedSeconds * 1_000_000),
    }),
    ...(problem !== undefined && { problem }),
  }
}

/** Limits the wait, because the status is needed most while the store does not answer. */
async function storeOf({ storeSize }: InstanceFacts) {
  try {
    const size = await inTime(storeSize(), STORE_MS_MAX)
    return size === LATE ? undefined : { rows: size.events, bytes: size.bytesOnDisk }
  } catch (error) {
    if (error instanceof Fault && error.code === 'store.unavailable') return undefined
    throw error
  }
}
