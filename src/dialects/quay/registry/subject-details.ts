import type { JsonObject } from '../../../core/event/event.ts'
import { requestContext } from '../../api/request-context.ts'
import { sendJson } from '../api/json.ts'
import { avatarOf } from '../browser/avatar.ts'
import { TAG_EXPIRATION_SECONDS } from '../browser/current-user.ts'
import { isAllowed } from '../credentials.ts'
import { problem, type QuayError } from '../errors.ts'
import { requireKnown } from '../log/existence.ts'
import type { LogOperation } from '../log/operations.ts'
import type { SubjectKind } from '../parameters.ts'

/**
 * `GET /api/v1/organization/{name}` and `/api/v1/repository/{path}`: what Quay's pages read before
 * they show a log, for callers that may read that log.
 */
export const SHOW_DETAILS: LogOperation = {
  method: 'GET',
  checksRights: true,
  async answer({ subject, subjectKind, principal, request, reply }, { context }) {
    if (!isAllowed(principal, subjectKind, subject, 'read')) throw refusalOf(subjectKind)
    await requireKnown(subject, principal, requestContext(context, request))
    const { tenant, namespace, repository } = subject
    const owner = context.directory.user(tenant, namespace)
    const isOrganization = owner === undefined || owner.kind === 'organization'
    const details =
      repository === undefined
        ? organizationDetails(namespace, owner?.email)
        : repositoryDetails(namespace, repository, isOrganization)
    return sendJson(reply, details)
  },
}

/** Quay looks at the right on a repository before its existence; an organization is not there. */
function refusalOf(subjectKind: SubjectKind): QuayError {
  return problem(subjectKind === 'repository' ? 'insufficient_scope' : 'not_found')
}

function organizationDetails(name: string, email: string | undefined): JsonObject {
  return {
    name,
    email: email ?? '',
    avatar: avatarOf({ name, email, kind: 'org' }),
    is_admin: true,
    is_member: true,
    teams: {},
    ordered_teams: [],
    invoice_email: false,
    invoice_email_address: null,
    tag_expiration_s: TAG_EXPIRATION_SECONDS,
    is_free_account: true,
  }
}

function repositoryDetails(namespace: string, name: string, isOrganization: boolean): JsonObject {
  return {
    namespace,
    name,
    kind: 'image',
    description: null,
    is_public: false,
    is_organization: isOrganization,
    is_starred: false,
    status_token: '',
    trust_enabled: false,
    tag_expiration_s: TAG_EXPIRATION_SECONDS,
    is_free_account: true,
    state: 'NORMAL',
    can_write: true,
    can_admin: true,
  }
}
