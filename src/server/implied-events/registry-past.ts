import {
  findEventIds,
  findHistories,
  findRepositories,
  type LookupServices,
  type WantedTag,
} from './registry-lookup.ts'
import type { RegistryMemory } from './registry-memory.ts'
import type { RepositoryName } from './registry-names.ts'
import { type RegistryReport, statesTime } from './registry-report.ts'
import { TagHistory, type TagPoint } from './tag-history.ts'

/** What is known of the time before a delivery, by the keys of `registry-names.ts`. */
export interface RegistryPast {
  /** A tag without an entry is unknown. */
  readonly histories: Map<string, TagHistory>
  /** Whether a repository exists; one without an entry is unknown. */
  readonly exists: Map<string, boolean>
  /** Ids of events that were stored before. */
  readonly repeated: ReadonlySet<string>
}

/** What memory knows about a delivery, and what must be looked up in the store. */
export interface Recalled {
  readonly past: RegistryPast
  readonly wantedTags: ReadonlyMap<string, WantedTag>
  readonly wantedRepositories: ReadonlyMap<string, RepositoryName>
  /** Reports whose id is the only way to recognize a repetition. */
  readonly askedById: readonly RegistryReport[]
}

/** Looks up in memory what a delivery must be compared with. */
export function recall(reports: readonly RegistryReport[], memory: RegistryMemory): Recalled {
  const histories = new Map<string, TagHistory>()
  const exists = new Map<string, boolean>()
  const wantedTags = new Map<string, WantedTag>()
  const wantedRepositories = new Map<string, RepositoryName>()
  const askedById: RegistryReport[] = []
  for (const report of reports) {
    const { kind, tag, repository, repositoryKey } = report
    if (kind === 'use') continue
    if (kind === 'push') {
      if (memory.exists(repositoryKey)) exists.set(repositoryKey, true)
      else wantedRepositories.set(repositoryKey, repository)
    }
    if (kind === 'repository deletion') askedById.push(report)
    if (tag === undefined) continue
    const newest = memory.newestOf(tag.key)
    if (newest !== undefined) histories.set(tag.key, new TagHistory([newest]))
    if (isSettled(report, newest)) continue
    if (!statesTime(report)) askedById.push(report)
    wantedTags.set(tag.key, { repository, tag: tag.name, newest, ...NO_TIME })
  }
  for (const { kind, tag, point } of reports) {
    const wanted = kind === 'use' ? undefined : wantedTags.get(tag?.key ?? '')
    if (tag === undefined || wanted === undefined) continue
    histories.delete(tag.key)
    const { newest, sinceMicros, toMicros } = wanted
    wantedTags.set(tag.key, {
      ...wanted,
      sinceMicros: Math.min(point.timeMicros, sinceMicros),
      toMicros: newest && Math.max(point.timeMicros + 1, toMicros ?? 0),
    })
  }
  const past = { histories, exists, repeated: new Set<string>() }
  return { past, wantedTags, wantedRepositories, askedById }
}

/** The empty period to start from. */
const NO_TIME = { sinceMicros: Number.POSITIVE_INFINITY, toMicros: undefined }

/**
 * Whether the newest point is enough: the report is later, or is that point. A deletion before it,
 * or of a tag that is not remembered, changes nothing in memory.
 */
function isSettled(report: RegistryReport, newest: TagPoint | undefined): boolean {
  const isPush = report.kind === 'push'
  const { timeMicros, eventId } = report.point
  if (newest === undefined) return !isPush
  if (eventId === newest.eventId) return true
  if (!statesTime(report)) return false
  return timeMicros > newest.timeMicros || (!isPush && timeMicros < newest.timeMicros)
}

/** Completes what memory knows from the store. Rejects as the store does. */
export async function complete(
  { past, wantedTags, wantedRepositories, askedById }: Recalled,
  services: LookupServices,
): Promise<RegistryPast> {
  const [histories, exists, repeated] = await Promise.all([
    findHistories([...wantedTags.values()], services),
    findRepositories([...wantedRepositories.values()], services),
    findEventIds(askedById, services),
  ])
  return {
    histories: new Map([...past.histories, ...histories]),
    exists: new Map([...past.exists, ...exists]),
    repeated,
  }
}
