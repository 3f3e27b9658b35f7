import { Type } from 'typebox'
import { mayAdminister } from '../../access/visibility.ts'
import type { SkipCount } from '../../core/skip-rule.ts'
import { authenticated, principalOf } from '../authentication.ts'
import type { DialectContext } from '../dialect.ts'
import type { NativeScope } from './native-scope.ts'
import { TenantStatus, tenantStatus } from './tenant-status.ts'

/** What the native API tells about its own instance. */
export interface InstanceFacts {
  readonly version: string
  /** Time of the start, microseconds since the epoch. */
  readonly startedMicros: number
  /** Events of all origins, and what the store takes up on disk. */
  readonly storeSize: () => Promise<{ readonly events: number; readonly bytesOnDisk: number }>
  /** What the rules for sources have left out since the start; absent: there are no rules. */
  readonly skipped?: () => readonly SkipCount[]
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
    description: 'Both are of the events of all tenants: proofs refer to them.',
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
  const statusSchema = {
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
            queuedEvents: Type.Integer(),
            contradiction: Type.Optional(
              Type.String({
                description: 'How the stored events contradict what the ledger recorded of them',
              }),
            ),
          }),
          store: Type.Object({
            rows: Type.Integer({ description: 'Events of all instances that share the store' }),
            bytes: Type.Integer({ description: 'On disk' }),
          }),
          skipped: Type.Optional(
            Type.Array(
              Type.Object({
                rule: Type.String({ description: 'Of `sources.skip`' }),
                source: Type.String({ description: '`KIND/NAME`' }),
                events: Type.Integer({ description: 'Events not recorded since the start' }),
              }),
              { description: 'What the rules for sources left out' },
            ),
          ),
        },
        { title: 'InstanceStatus', description: 'For an administrator of the installation' },
      ),
    },
  }
  const isAdministrator = authenticated(context.directory, {
    scopes: ['admin'],
    may: mayAdminister,
  })
  const answers = [statusSchema.response[200], TenantStatus]
  const response = { 200: Type.Union(answers, { description: 'The state of the instance' }) }
  const options = { schema: { ...statusSchema, response }, onRequest: isAdministrator }
  scope.get('/v1/status', options, async (request) => {
    const { tenant } = principalOf(request)
    const uptimeSeconds = Math.floor((context.clock() - facts.startedMicros) / 1_000_000)
    if (tenant !== null) {
      return tenantStatus(context, tenant, { version: facts.version, uptimeSeconds })
    }
    const { events, bytesOnDisk } = await facts.storeSize()
    const { origin, size, queuedEvents, contradiction } = context.ledger.status()
    const skipped = facts.skipped?.() ?? []
    return {
      version: facts.version,
      origin,
      uptimeSeconds,
      ledger: { size, queuedEvents, ...(contradiction === undefined ? {} : { contradiction }) },
      store: { rows: events, bytes: bytesOnDisk },
      ...(skipped.length > 0 && { skipped: [...skipped] }),
    }
  })
}
