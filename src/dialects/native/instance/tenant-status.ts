import { type Static, Type } from 'typebox'
import type { RequestContext } from '../../api/request-context.ts'

/** What a tenant's administrator sees of a contradiction, whose full text counts all events. */
const CONTRADICTION =
  'the stored events do not match the ledger; installation administrators can see details'

/**
 * The state of an instance for the administrators of one tenant: its own events, and otherwise only
 * what every client of the ledger can see.
 */
export const TenantStatus = Type.Object(
  {
    version: Type.String(),
    origin: Type.String(),
    uptimeSeconds: Type.Integer(),
    ledger: Type.Object({
      size: Type.Integer({ description: 'Events of all tenants, which proofs refer to' }),
      contradiction: Type.Optional(
        Type.String({ description: 'Present when the stored events do not match the ledger' }),
      ),
    }),
    store: Type.Object({ rows: Type.Integer({ description: 'Events of the tenant' }) }),
  },
  { title: 'TenantStatus', description: 'For an administrator of one tenant' },
)

/** @throws Fault as `EventReader.count` does. */
export async function tenantStatus(
  { events, ledger }: Pick<RequestContext, 'events' | 'ledger'>,
  tenant: string,
  about: Pick<Static<typeof TenantStatus>, 'version' | 'uptimeSeconds'>,
): Promise<Static<typeof TenantStatus>> {
  const rows = await events.count({ tenants: [tenant], conditions: [] })
  const { origin, size, contradiction } = ledger.status()
  return {
    ...about,
    origin,
    ledger: { size, ...(contradiction !== undefined && { contradiction: CONTRADICTION }) },
    store: { rows },
  }
}
