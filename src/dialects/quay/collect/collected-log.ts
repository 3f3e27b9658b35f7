import { entryKey } from '../entries/entry-event.ts'
import type { AnsweredEntry, LogEntry } from '../entries/log-entry.ts'

/** One log of a Quay that is collected. */
export type CollectedLog =
  | { readonly kind: 'organization'; readonly namespace: string }
  /** The log of the user whose token it is; `namespace` is that user. */
  | { readonly kind: 'user'; readonly namespace: string }
  | { readonly kind: 'repository'; readonly namespace: string; readonly repository: string }
  /** Everything, for superusers. */
  | { readonly kind: 'superuser' }

/** An entry with what tells it from every other one of its log, but for exact repetitions. */
export interface PlacedEntry {
  readonly entry: LogEntry
  readonly namespace: string | undefined
  readonly repository: string | undefined
  readonly key: string
}

/** The path of a log's routes, up to the operation. */
export function logPath(log: CollectedLog): string {
  switch (log.kind) {
    case 'organization':
      return `api/v1/organization/${encodeURIComponent(log.namespace)}`
    case 'user':
      return 'api/v1/user'
    case 'repository':
      return `api/v1/repository/${[log.namespace, ...log.repository.split('/')]
        .map(encodeURIComponent)
        .join('/')}`
    case 'superuser':
      return 'api/v1/superuser'
  }
}

/** The name of a log in positions and for people: `organization acme`. */
export function logName(log: CollectedLog): string {
  switch (log.kind) {
    case 'superuser':
      return 'everything'
    case 'repository':
      return `repository ${log.namespace}/${log.repository}`
    default:
      return `${log.kind} ${log.namespace}`
  }
}

/** Puts an answered entry in its place. */
export function placed({ entry, namespace }: AnsweredEntry, log: CollectedLog): PlacedEntry {
  const place = {
    namespace: log.kind === 'superuser' ? namespace : log.namespace,
    repository: log.kind === 'repository' ? log.repository : undefined,
  }
  return { entry, ...place, key: entryKey(entry, place) }
}

/** The same entry as another log that it is part of has it. */
export function placedIn(log: CollectedLog, { entry, namespace }: PlacedEntry): PlacedEntry {
  return placed({ entry, ...(namespace !== undefined && { namespace }) }, log)
}
