import type { Principal } from '../../../access/directory/principal.ts'
import type { RequestContext } from '../../api/request-context.ts'
import { isSuperuser } from '../credentials.ts'
import { problem, unknownNamespace } from '../errors.ts'
import { everythingOf, type LogSubject } from '../selection.ts'

type Sources = Pick<RequestContext, 'events' | 'directory'>
type KnownSubject = Pick<LogSubject, 'tenant' | 'namespace' | 'repository'>

/**
 * Rejects the log of an unknown place, once its answer turns out to be empty: 404 for a repository;
 * for a namespace Quay's 400, but only for callers who read every namespace, because for others
 * their right on it makes it known.
 *
 * Waybill keeps no list of repositories, so one is known when an event of any time or a grant names
 * it. A log that is empty because nothing happened must differ from one that is empty because of a
 * misspelled name; and a deleted place keeps its log.
 *
 * @throws QuayError 404 or 400.
 */
export async function requireKnown(
  subject: LogSubject,
  principal: Principal,
  sources: Sources,
): Promise<void> {
  const { namespace, repository } = subject
  if (repository === undefined && (namespace === principal.name || !isSuperuser(principal))) return
  if (await isKnown(subject, sources)) return
  throw repository === undefined ? unknownNamespace(namespace) : problem('not_found')
}

/** Whether Waybill knows a namespace or a repository. */
export async function isKnown(subject: KnownSubject, sources: Sources): Promise<boolean> {
  return isInDirectory(subject, sources) || (await hasEvent(subject, sources))
}

function isInDirectory(subject: KnownSubject, { directory }: Sources): boolean {
  const { tenant, namespace, repository } = subject
  const isGranted = directory
    .grants(tenant)
    .some(
      (grant) =>
        grant.namespace === namespace &&
        (repository === undefined || grant.repository === repository),
    )
  if (isGranted || repository !== undefined) return isGranted
  return directory.users(tenant).some((user) => user.name === namespace)
}

async function hasEvent(subject: KnownSubject, { events }: Sources): Promise<boolean> {
  const page = await events.page({ filter: everythingOf(subject), order: 'newest', limit: 1 })
  return page.events.length > 0
}
