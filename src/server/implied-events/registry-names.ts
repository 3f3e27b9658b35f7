import type { Draft } from '../../core/event/draft.ts'
import type { Event } from '../../core/event/event.ts'
import { FIELD_NUMBER } from '../../core/event/field-keys.ts'

/** A repository as one source names it. Two registries may both have an `acme/app`. */
export interface RepositoryName {
  readonly tenant: string
  readonly sourceKind: string
  readonly sourceName: string
  readonly namespace: string
  readonly repository: string
}

/** A tag of such a repository. */
export interface TagName {
  readonly repository: RepositoryName
  readonly tag: string
}

/** The repository of an event; undefined when it names none. */
export function repositoryOfDraft(draft: Draft): RepositoryName | undefined {
  return whole({
    tenant: draft.text(FIELD_NUMBER['/tenant']),
    sourceKind: draft.text(FIELD_NUMBER['/source/kind']),
    sourceName: draft.text(FIELD_NUMBER['/source/name']),
    namespace: draft.text(FIELD_NUMBER['/target/namespace']),
    repository: draft.text(FIELD_NUMBER['/target/repository']),
  })
}

/** The repository of a stored event; undefined when it names none. */
export function repositoryOfEvent({ tenant, source, target }: Event): RepositoryName | undefined {
  return whole({
    tenant,
    sourceKind: source.kind,
    sourceName: source.name,
    namespace: target?.namespace ?? '',
    repository: target?.repository ?? '',
  })
}

function whole(name: RepositoryName): RepositoryName | undefined {
  return name.namespace === '' || name.repository === '' ? undefined : name
}

/** A unique key for each repository. */
export function repositoryKey(name: RepositoryName): string {
  const { tenant, sourceKind, sourceName, namespace, repository } = name
  return JSON.stringify([tenant, sourceKind, sourceName, namespace, repository])
}

/** A unique key for each tag. */
export function tagKey({ repository, tag }: TagName): string {
  return `${repositoryKey(repository)}${BEFORE_TAG}${tag}`
}

/** The repository's key in a tag's key. */
export function repositoryOfTag(key: string): string {
  return key.slice(0, key.indexOf(BEFORE_TAG))
}

/** Does not occur in JSON without whitespace. */
const BEFORE_TAG = '\n'
