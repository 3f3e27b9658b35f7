import { cutText } from '../../core/cut-text.ts'
import type { RequestUri } from './request-uri.ts'

/** What a path segment names. */
type Subject = 'container' | 'exec' | 'image' | 'network' | 'volume' | 'checkpoint'

/** The meaning of a Docker Engine API request. */
export interface Meaning {
  /** `object.verb` of the action catalogue. */
  readonly action: string
  /** Its words in a message, after `asked Docker to`. */
  readonly phrase: string
}

/** The route of a request, in the table or not. */
export interface Route {
  /** Undefined when the request changes nothing and is no event. */
  readonly meaning: Meaning | undefined
  /** Method and pattern of the path: `POST /containers/{container}/start`. */
  readonly pattern: string
  /** The names in the path, decoded. */
  readonly named: Readonly<Partial<Record<Subject, string>>>
}

/** Marks a request that is no event although its method is one that changes things. */
const NO_EVENT = undefined

/**
 * The known requests of the Docker Engine API, each with its action and the words of its message;
 * the first match counts. A parameter after `?` must have a value in the query. The requests with
 * GET read the contents of a container or an image.
 */
const TABLE: Readonly<Record<string, readonly [action: string, phrase: string] | undefined>> = {
  'POST /containers/create': ['container.create', 'create container'],
  'POST /containers/prune': ['container.prune', 'remove all stopped containers'],
  'POST /containers/{container}/start': ['container.start', 'start container'],
  'POST /containers/{container}/stop': ['container.stop', 'stop container'],
  'POST /containers/{container}/restart': ['container.restart', 'restart container'],
  'POST /containers/{container}/kill': ['container.kill', 'kill container'],
  'POST /containers/{container}/pause': ['container.pause', 'pause container'],
  'POST /containers/{container}/unpause': ['container.unpause', 'unpause container'],
  'POST /containers/{container}/rename': ['container.rename', 'rename container'],
  'POST /containers/{container}/update': ['container.update', 'update container'],
  'POST /containers/{container}/attach': ['container.attach', 'attach to container'],
  'GET /containers/{container}/attach/ws': ['container.attach', 'attach to container'],
  'POST /containers/{container}/exec': ['container.exec', 'create a command in container'],
  'POST /exec/{exec}/start': ['container.exec.start', 'start a command in container'],
  'PUT /containers/{container}/archive': ['container.copy.in', 'copy into container'],
  'GET /containers/{container}/archive': ['container.copy.out', 'copy from container'],
  'POST /containers/{container}/copy': ['container.copy.out', 'copy from container'],
  'GET /containers/{container}/export': ['container.export', 'export container'],
  'POST /containers/{container}/checkpoints': ['container.checkpoint', 'checkpoint container'],
  'DELETE /containers/{container}/checkpoints/{checkpoint}': ['engine.request', 'carry out'],
  'DELETE /containers/{container}': ['container.delete', 'remove container'],
  'POST /commit': ['container.commit', 'commit container'],
  'POST /containers/{container}/wait': NO_EVENT,
  'POST /containers/{container}/resize': NO_EVENT,
  'POST /exec/{exec}/resize': NO_EVENT,
  'POST /images/create?fromImage': ['image.pull', 'pull image'],
  'POST /images/create': ['image.import', 'import image'],
  'POST /images/load': ['image.load', 'load images'],
  'POST /images/prune': ['image.prune', 'remove all unused images'],
  'POST /images/{image}/push': ['image.push', 'push image'],
  'POST /images/{image}/tag': ['image.tag', 'tag image'],
  'GET /images/get': ['image.save', 'save images'],
  'GET /images/{image}/get': ['image.save', 'save image'],
  'DELETE /images/{image}': ['image.delete', 'remove image'],
  'POST /build': ['image.build', 'build image'],
  'POST /networks/create': ['network.create', 'create network'],
  'POST /networks/prune': ['network.prune', 'remove all unused networks'],
  'POST /networks/{network}/connect': ['network.connect', 'connect a container to network'],
  'POST /networks/{network}/disconnect': [
    'network.disconnect',
    'disconnect a container from network',
  ],
  'DELETE /networks/{network}': ['network.delete', 'remove network'],
  'POST /volumes/create': ['volume.create', 'create volume'],
  'POST /volumes/prune': ['volume.prune', 'remove all unused volumes'],
  'DELETE /volumes/{volume}': ['volume.delete', 'remove volume'],
}

/** Any other change: a swarm, a plugin, a secret, a build's session. */
const OTHER: Meaning = { action: 'engine.request', phrase: 'carry out' }

/** Methods that change nothing, except for the requests in the table. */
const READING = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Longest path segment in the pattern of a request that is not in the table. */
const SEGMENT_LENGTH_MAX = 64

interface Row {
  readonly method: string
  readonly pattern: string
  readonly path: RegExp
  /** A query parameter that must have a value, if any. */
  readonly parameter: string | undefined
  readonly meaning: Meaning | undefined
}

const ROWS: readonly Row[] = Object.entries(TABLE).map(([pattern, meaning]) => {
  const [method = '', route = ''] = pattern.split(' ')
  const [path = '', parameter] = route.split('?')
  const [action, phrase] = meaning ?? []
  const isEvent = action !== undefined && phrase !== undefined
  return {
    ...{ method, pattern, path: pathPattern(path), parameter },
    meaning: isEvent ? { action, phrase } : undefined,
  }
})

/** Finds what a request means. */
export function routeOf(method: string, { path, query }: RequestUri): Route {
  for (const { pattern, meaning, parameter, ...row } of ROWS) {
    const found = row.method === method ? row.path.exec(path) : null
    if (found === null || (parameter !== undefined && !query.get(parameter))) continue
    return { meaning, pattern, named: { ...found.groups } }
  }
  const [, segment = ''] = path.split('/')
  return {
    meaning: READING.has(method) ? undefined : OTHER,
    pattern: `${method} /${cutText(segment, SEGMENT_LENGTH_MAX)}`,
    named: {},
  }
}

/** A name may contain slashes, as in Docker: image names do, and container aliases. */
function pathPattern(path: string): RegExp {
  const parts = path.replaceAll(/\{(\w+)\}/g, (_, subject: string) => `(?<${subject}>[^\\n]*)`)
  return new RegExp(`^${parts}$`)
}
