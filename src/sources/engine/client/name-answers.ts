import { isMembers, type Members } from '../../../core/json/json.ts'

/** An image and its names. */
export interface ImageNames {
  /** `sha256:` and 64 hexadecimal digits. */
  readonly id: string
  /** With tags: `team/app:1`. */
  readonly names: readonly string[]
}

/** A network and its name. */
export interface NetworkName {
  /** 64 hexadecimal digits. */
  readonly id: string
  readonly name: string
}

/** Reads the answer to `GET /images/{name}/json`; undefined when it has no id. */
export function readImage(value: unknown): ImageNames | undefined {
  const { Id: id, RepoTags: names } = membersOf(value)
  if (typeof id !== 'string' || id === '') return undefined
  const stated: readonly unknown[] = Array.isArray(names) ? names : []
  return { id, names: stated.filter((name) => typeof name === 'string') }
}

/** Reads the answer to `GET /networks/{id}`; undefined when it has no id. */
export function readNetwork(value: unknown): NetworkName | undefined {
  const { Id: id, Name: name } = membersOf(value)
  if (typeof id !== 'string' || id === '') return undefined
  return { id, name: typeof name === 'string' ? name : '' }
}

/** Reads the container's id from the answer to `GET /exec/{id}/json`. */
export function readExec(value: unknown): string | undefined {
  const { ContainerID: id } = membersOf(value)
  return typeof id === 'string' && id !== '' ? id : undefined
}

function membersOf(value: unknown): Members {
  return isMembers(value) ? value : {}
}
