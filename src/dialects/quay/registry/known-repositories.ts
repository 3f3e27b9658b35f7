import { Fault } from '../../../core/errors.ts'
import type { Condition, EventFilter, Field, HistogramBucket } from '../../../core/query/query.ts'
import type { RequestContext } from '../../api/request-context.ts'
import { problem } from '../errors.ts'
import { everythingOf, OF_REPOSITORIES } from '../selection.ts'

/** Most combinations of repository and month that are read for one list. */
const BUCKETS_MAX = 100_000

/** A repository that an event or a grant names. */
export interface KnownRepository {
  readonly namespace: string
  readonly name: string
  /** Start of the month of its last event, microseconds since the epoch; absent without events. */
  readonly lastMonthMicros?: number
}

type Sources = Pick<RequestContext, 'events' | 'directory'>

/**
 * Every repository of a tenant that Waybill knows, by name. Waybill keeps no list of them: a
 * repository is known from its events and from grants on it, even after its deletion.
 *
 * @param namespaces the namespaces to search; undefined for all.
 *
 * @throws QuayError 400 when there are more than can be listed at once.
 */
export async function knownRepositories(
  tenant: string,
  namespaces: readonly string[] | undefined,
  { events, directory }: Sources,
): Promise<readonly KnownRepository[]> {
  const found = new Map<string, KnownRepository>()
  for (const { namespace, repository } of directory.grants(tenant)) {
    const isAsked = namespaces === undefined || namespaces.includes(namespace)
    if (repository === undefined || !isAsked) continue
    found.set(`${namespace}/${repository}`, { namespace, name: repository })
  }
  const conditions: readonly Condition[] = [
    ...(namespaces === undefined ? [] : [{ field: 'namespace', in: namespaces } as const]),
    { field: 'repository', notIn: [''] },
  ]
  const by = ['namespace', 'repository'] as const
  for (const { timeMicros, keys } of await monthsOf(tenant, { conditions, by }, events)) {
    const [namespace = '', name = ''] = keys
    // Buckets are ordered by time, so the last one of a repository wins.
    found.set(`${namespace}/${name}`, { namespace, name, lastMonthMicros: timeMicros })
  }
  return [...found.values()].sort((left, right) => compare(pathOf(left), pathOf(right)))
}

/** The time of a repository's last event, in seconds since the epoch; null without events. */
export async function lastSecondOf(
  tenant: string,
  { namespace, name, lastMonthMicros }: KnownRepository,
  { events }: Pick<RequestContext, 'events'>,
): Promise<number | null> {
  if (lastMonthMicros === undefined) return null
  const filter: EventFilter = {
    ...everythingOf({ tenant, namespace, repository: name }, [OF_REPOSITORIES]),
    fromMicros: lastMonthMicros,
  }
  const { events: newest } = await events.page({ filter, order: 'newest', limit: 1 })
  const time = newest[0]?.event.time
  return time === undefined ? null : Math.floor(Date.parse(time) / 1000)
}

/** The path of a repository: its namespace and its name. */
export function pathOf({ namespace, name }: KnownRepository): string {
  return `${namespace}/${name}`
}

/** Every namespace of a tenant that an event of a registry names, in no particular order. */
export async function knownNamespaces(
  tenant: string,
  { events }: Pick<RequestContext, 'events'>,
): Promise<readonly string[]> {
  const months = await monthsOf(tenant, { conditions: [], by: ['namespace'] }, events)
  return [...new Set(months.map(({ keys }) => keys[0] ?? ''))]
}

async function monthsOf(
  tenant: string,
  asked: { readonly conditions: readonly Condition[]; readonly by: readonly Field[] },
  events: RequestContext['events'],
): Promise<readonly HistogramBucket[]> {
  const { by } = asked
  const named: Condition = { field: 'namespace', notIn: [''] }
  const filter = everythingOf({ tenant }, [...asked.conditions, named, OF_REPOSITORIES])
  try {
    return await events.histogram({ filter, interval: 'month', by, bucketsMax: BUCKETS_MAX })
  } catch (error) {
    const isTooMany = error instanceof Fault && error.code === 'query.too-many-buckets'
    if (!isTooMany) throw error
    throw problem('invalid_request', 'Too many repositories; request those of one namespace')
  }
}

function compare(left: string, right: string): number {
  if (left === right) return 0
  return left < right ? -1 : 1
}
