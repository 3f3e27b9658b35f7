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
  /** Of a tag that is not there nothing is known. */
  readonly histories: Map<string, TagHistory>
  /** Whether there is such a repository; of one that is not there nothing is known. */
  readonly exists: Map<string, boolean>
  /** Events that were stored before, by what the source calls them. */
  readonly repeated: ReadonlySet<string>
}

/** What the memory knows about a delivery, and what the store has to be asked. */
export interface Recalled {
  readonly past: RegistryPast
  readonly wantedTags: ReadonlyMap<string, WantedTag>
  readonly wantedRepositories: ReadonlyMap<string, RepositoryName>
  /** Pushes that do not say when they happened: their ids alone show a repetition. */
  readonly undated: readonly RegistryReport[]
}

/** Looks up in the memory what a delivery is compared with. */
export function recall(reports: readonly RegistryReport[], memory: RegistryMemory): Recalled {
  const histories = new Map<string, TagHistory>()
  const exists = new Map<string, boolean>()
  const wantedTags = new Map<string, WantedTag>()
  const wantedRepositories = new Map<string, RepositoryName>()
  const undated: RegistryReport[] = []
  for (const report of reports) {
    const { kind, tag, repository, repositoryKey } = report
    if (kind === 'use') continue
    const newest = tag === undefined ? undefined : memory.newestOf(tag.key)
    if (tag !== undefined && newest !== undefined && !wantedTags.has(tag.key)) {
      histories.set(tag.key, new TagHistory([newest]))
    }
    if (kind !== 'push') continue
    if (memory.exists(repositoryKey)) exists.set(repositoryKey, true)
    else wantedRepositories.set(repositoryKey, repository)
    if (tag === undefined || isSettled(report, newest)) continue
    if (!statesTime(report)) undated.push(report)
    histories.delete(tag.key)
    const { timeMicros } = report.point
    const { sinceMicros, toMicros } = wantedTags.get(tag.key) ?? {}
    wantedTags.set(tag.key, {
      ...{ repository, tag: tag.name, newest },
      sinceMicros: Math.min(timeMicros, sinceMicros ?? timeMicros),
      toMicros: newest && Math.max(timeMicros + 1, toMicros ?? 0),
    })
  }
  const past = { histories, exists, repeated: new Set<string>() }
  return { past, wantedTags, wantedRepositories, undated }
}

/** Whether the newest point is enough: the push came after it, or is that point. */
function isSettled(report: RegistryReport, newest: TagPoint | undefined): boolean {
  const { timeMicros, eventId } = report.point
  if (newest === undefined) return false
  return eventId === newest.eventId || (statesTime(report) && timeMicros > newest.timeMicros)
}

/** Completes what the memory knows by what the store has. Rejects as the store does. */
export async function complete(
  { past, wantedTags, wantedRepositories, undated }: Recalled,
  services: LookupServices,
): Promise<RegistryPast> {
  const [histories, exists, repeated] = await Promise.all([
    findHistories([...wantedTags.values()], services),
    findRepositories([...wantedRepositories.values()], services),
    findEventIds(undated, services),
  ])
  return {
    histories: new Map([...past.histories, ...histories]),
    exists: new Map([...past.exists, ...exists]),
    repeated,
  }
}
