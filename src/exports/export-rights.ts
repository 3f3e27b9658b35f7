import type { Directory } from '../access/directory/directory.ts'
import { SCOPES } from '../access/directory/principal.ts'
import { type Clock, parseTimestamp } from '../core/time/timestamp.ts'
import type { ExportForm } from './export-form.ts'
import type { ExportJob } from './jobs/export-job.ts'

/** What rights are looked up in. */
export interface ExportRights {
  readonly directory: Pick<Directory, 'principal' | 'tokens'>
  readonly forms: ReadonlyMap<string, ExportForm>
  readonly clock: Clock
}

/**
 * Why the requester of an export may not have it any more; undefined: it may. Looked at before each
 * run and each attempt to deliver, since both may come long after the request.
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
  return isAllowed ? undefined : 'its requester has no right to it any more'
}

/** A session that ended takes no right away, so what was asked for in one goes on. */
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
