/** The parts of an image's name. */
export interface ImageReference {
  /**
   * Host of the registry, with its port; absent when the name states none, which means Docker Hub.
   */
  readonly registry?: string
  readonly namespace: string
  readonly repository: string
  readonly tag?: string
  readonly digest?: string
}

/** The namespace of a repository without one, such as `app`; Docker's convention. */
const LIBRARY_NAMESPACE = 'library'

/** Longest repository path, as the distribution specification limits it. */
const PATH_LENGTH_MAX = 255

const COMPONENT = '[a-z0-9]+(?:(?:[.]|_{1,2}|-+)[a-z0-9]+)*'

/** The grammar of `distribution/reference`, without the host. */
const NAME = new RegExp(
  `^(?<path>${COMPONENT}(?:/${COMPONENT})*)` +
    '(?::(?<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?' +
    '(?:@(?<digest>[a-z0-9]+(?:[+._-][a-z0-9]+)*:[0-9a-f]{32,}))?$',
)

/** The first part is a host when it has a dot or a port, or is `localhost`. */
const HOST =
  /^(?=localhost[:/]|[^/]*[.:])(?:\[[0-9A-Fa-f:]+\]|[A-Za-z0-9][A-Za-z0-9.-]*)(?::\d+)?\//

/** Whether a text is an image id, which Docker writes with `sha256:` and Podman without. */
export function isImageId(text: string): boolean {
  return /^(?:sha256:)?[0-9a-f]{64}$/.test(text)
}

/** Parses an image's name; undefined for an id or any other text. */
export function parseImageReference(text: string): ImageReference | undefined {
  if (isImageId(text)) return undefined
  const host = HOST.exec(text)?.[0] ?? ''
  const { path, tag, digest } = NAME.exec(text.slice(host.length))?.groups ?? {}
  if (path === undefined || path.length > PATH_LENGTH_MAX) return undefined
  const slash = path.indexOf('/')
  return {
    ...(host !== '' && { registry: host.slice(0, -1) }),
    namespace: slash === -1 ? LIBRARY_NAMESPACE : path.slice(0, slash),
    repository: path.slice(slash + 1),
    ...(tag !== undefined && { tag }),
    ...(digest !== undefined && { digest }),
  }
}
