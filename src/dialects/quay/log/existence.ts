import type { Principal } from '../../../access/directory/principal.ts'
import type { RequestContext } from '../../api/request-context.ts'
import { isSuperuser } from '../credentials.ts'
import { problem, unknownNamespace } from '../errors.ts'
import { everythingOf, type LogSubject } from '../selection.ts'

type Sources = Pick<RequestContext, 'events' | 'directory'>
type KnownSubject = Pick<LogSubject, 'tenant' | 'namespace' | 'repository'>

/**
 * Refuses a log of what Waybill never heard of, once its answer turns out to be empty: 404 for a
 * repository; for a namespace Quay's 400, and only to those who read every namespace, since for all
 * others it is their right on it that makes it known.
 *
 * Waybill keeps no list of repositories, so one is known when an event of any time names it, or a
 * grant does. A log that is empty because nothing happened must not look like one that is empty
 * because its name was misspelt; and what was deleted keeps its log.
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

/** Whether Waybill has heard of a namespace or a repository. */
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
