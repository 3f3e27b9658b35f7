import type { Draft } from '../../core/event/draft.ts'
import { FIELD_NUMBER } from '../../core/event/field-keys.ts'
import { type RepositoryName, repositoryKey, repositoryOfDraft, tagKey } from './registry-names.ts'
import type { TagPoint } from './tag-history.ts'

/** Actions on what is stored before the manifest of the first push is: they need no repository. */
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
  /** `use`: whatever shows only that the repository is there. */
  readonly kind: 'push' | 'tag deletion' | 'repository deletion' | 'use'
  readonly repository: RepositoryName
  /** The keys of `registry-names.ts`. */
  readonly repositoryKey: string
  /** Absent: it names no tag. */
  readonly tag?: { readonly name: string; readonly key: string }
  /** What the tag, or each of the repository's tags, is on from then on. */
  readonly point: TagPoint
}

const KINDS: ReadonlyMap<string, RegistryReport['kind']> = new Map([
  ['image.push', 'push'],
  ['tag.delete', 'tag deletion'],
  ['repository.delete', 'repository deletion'],
])

/** Reads an event; undefined for one that says nothing of a repository. */
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

/** An event that its sender did not name cannot be recognised when it is repeated. */
function kindOf(draft: Draft): RegistryReport['kind'] {
  if (draft.text(FIELD_NUMBER['/outcome']) !== 'success' || !draft.deduplicate) return 'use'
  return KINDS.get(draft.text(FIELD_NUMBER['/action'])) ?? 'use'
}

/** Whether the sender says when it happened. A repetition that does not has another time. */
export function statesTime({ draft }: RegistryReport): boolean {
  return draft.timeMicros !== draft.receivedMicros
}
