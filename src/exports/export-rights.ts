import type { Directory } from '../access/directory/directory.ts'
import { SCOPES } from '../access/directory/principal.ts'
import { type Clock, parseTimestamp } from '../core/time/timestamp.ts'
import type { ExportForm } from './export-form.ts'
import type { ExportJob } from './jobs/export-job.ts'

/** What checking rights needs. */
export interface ExportRights {
  readonly directory: Pick<Directory, 'principal' | 'tokens'>
  readonly forms: ReadonlyMap<string, ExportForm>
  readonly clock: Clock
}

/**
 * Why the requester of an export may no longer have it; undefined while it may. Checked before each
 * run and each delivery attempt, since both may come long after the request.
 */
export function lostRight(job: ExportJob, rights: ExportRights): string | undefined {
  const { userId, tokenId = '', scopes = SCOPES } = job.requester
  const principal = rights.directory.principal(userId, { id: tokenId, scopes })
  if (principal === undefined) return 'its requester was deleted'
  const lostToken = lostTokenReason(job, rights)
  if (lostToken !== undefined) return lostToken
  const isOfTenant = principal.tenant === null || principal.tenant === job.tenant
  const form = rights.forms.get(job.form)
  const isAllowed = isOfTenant && (form === undefined || form.allows(job, principal))
  return isAllowed ? undefined : 'its requester no longer has the right to it'
}

/** The end of a session revokes nothing, so exports requested in one continue. */
function lostTokenReason(
  { requester: { tokenId } }: ExportJob,
  { directory, clock }: ExportRights,
): string | undefined {
  if (tokenId === undefined || tokenId.includes(':')) return undefined
  const token = directory.tokens(null).find(({ id }) => id === tokenId)
  if (token === undefined || token.revokedAt !== undefined) return 'its token was revoked'
  const { expiresAt } = token
  const isOver = expiresAt !== undefined && (parseTimestamp(expiresAt) ?? 0) <= clock()
  return isOver ? 'its token has expired' : undefined
}
