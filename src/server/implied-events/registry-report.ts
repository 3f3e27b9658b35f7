import type { Draft } from '../../core/event/draft.ts'
import { FIELD_NUMBER } from '../../core/event/field-keys.ts'
import { type RepositoryName, repositoryKey, repositoryOfDraft, tagKey } from './registry-names.ts'
import type { TagPoint } from './tag-history.ts'

/**
 * Actions on blobs, which come before the first manifest: they do not prove that a repository
 * exists.
 */
export const BLOB_ACTIONS: readonly string[] = [
  'blob.push',
  'blob.pull',
  'blob.inspect',
  'blob.mount',
  'blob.delete',
]

/** What a registry reported about a repository. */
export interface RegistryReport {
  readonly draft: Draft
  /** `use`: any other event that shows that the repository exists. */
  readonly kind: 'push' | 'tag deletion' | 'repository deletion' | 'use'
  readonly repository: RepositoryName
  /** The keys of `registry-names.ts`. */
  readonly repositoryKey: string
  /** Absent when no tag is named. */
  readonly tag?: { readonly name: string; readonly key: string }
  /** The digest of the tag, or of each tag in the repository, from then on. */
  readonly point: TagPoint
}

const KINDS: ReadonlyMap<string, RegistryReport['kind']> = new Map([
  ['image.push', 'push'],
  ['tag.delete', 'tag deletion'],
  ['repository.delete', 'repository deletion'],
])

/** Reads an event; undefined when it says nothing about a repository. */
export function readReport(draft: Draft): RegistryReport | undefined {
  const repository = repositoryOfDraft(draft)
  if (repository === undefined || BLOB_ACTIONS.includes(draft.text(FIELD_NUMBER['/action']))) {
    return undefined
  }
  const kind = kindOf(draft)
  const name = draft.text(FIELD_NUMBER['/target/tag'])
  return {
    draft,
    kind,
    repository,
    repositoryKey: repositoryKey(repository),
    ...(name !== '' && { tag: { name, key: tagKey({ repository, tag: name }) } }),
    point: {
      timeMicros: draft.timeMicros,
      eventId: draft.text(FIELD_NUMBER['/source/eventId']),
      digest: kind === 'push' ? draft.text(FIELD_NUMBER['/target/digest']) : '',
    },
  }
}

/** An event without a sender's id is a `use`, because its repetition cannot be recognized. */
function kindOf(draft: Draft): RegistryReport['kind'] {
  if (draft.text(FIELD_NUMBER['/outcome']) !== 'success' || !draft.deduplicate) return 'use'
  return KINDS.get(draft.text(FIELD_NUMBER['/action'])) ?? 'use'
}

/** Whether the sender states the time. Without it, a repetition has another time. */
export function statesTime({ draft }: RegistryReport): boolean {
  return draft.timeMicros !== draft.receivedMicros
}
