import { cutText } from '../../core/cut-text.ts'
import type { Actor, JsonObject, JsonValue, Outcome, Target } from '../../core/event/event.ts'
import type { NewEvent } from '../../core/event/new-event.ts'
import { MESSAGE_LENGTH_MAX } from '../../core/limits.ts'
import { redactNamed, redactText } from '../../core/redaction/redact.ts'
import { recordableText } from '../../core/values/recordable-text.ts'
import { type ImageReference, isImageId, parseImageReference } from '../image-reference.ts'
import { type EngineRequest, textOf } from './envelope.ts'
import { type KnownContainer, plainName } from './names/known-containers.ts'
import { isIdBeginning, mayBeId, type NamedImage, type NamedNetwork } from './names/named-things.ts'
import type { RequestUri } from './request-uri.ts'
import type { Meaning, Route } from './routes.ts'

/** Longest path that is kept, in UTF-16 units. */
const PATH_LENGTH_MAX = 1024
/** Longest other text in details, in UTF-16 units. */
const DETAIL_LENGTH_MAX = 1024
/** Longest parameter value that is kept, in UTF-16 units. */
const PARAMETER_LENGTH_MAX = 512
/** Most values of one parameter that are kept. */
const PARAMETER_VALUES_MAX = 8
/** Hexadecimal digits of an id in a message, as many as the engines print. */
const ID_DIGITS_SHOWN = 12

/**
 * The query parameters that are kept, as the event does not have them otherwise. Build arguments
 * and other free texts are left out, since they hold secrets.
 */
const KEPT_PARAMETERS = [
  ...['name', 'signal', 'force', 'v', 'link', 'noprune', 'path', 'platform', 'filters'],
  ...['fromImage', 'fromSrc', 'repo', 'tag', 't', 'remote', 'names', 'container'],
]

/** The target type of the engine itself. */
const ENGINE_TYPE = 'engine'

/** A request that is an event, with its names resolved. */
export interface Act {
  readonly request: EngineRequest
  /** With the parameters that Docker used; without any when a form may have replaced them. */
  readonly uri: RequestUri
  /** The parameters of the query, used or not. */
  readonly stated: URLSearchParams
  readonly route: Route
  readonly meaning: Meaning
  /** The container that the request is about or connects, when known. */
  readonly container: KnownContainer | undefined
  /** The image and the network that the path names, when the daemon knows them. */
  readonly image: NamedImage | undefined
  readonly network: NamedNetwork
}

/** Translates a request to the daemon to an event. */
export function translateAct(act: Act): NewEvent {
  const { request, route, meaning } = act
  const { target, imageText } = targetOf(act)
  const outcome = outcomeOf(request.status)
  const actor = actorOf(request)
  const { userAgent } = request
  return {
    action: meaning.action,
    nativeAction: route.pattern,
    level: outcome === 'failure' || outcome === 'denied' ? 'warn' : 'info',
    outcome,
    actor,
    target,
    ...(userAgent !== undefined && {
      client: { userAgent },
    }),
    message: messageOf(act, actor, target),
    details: detailsOf(act, imageText),
  }
}

/** Docker reports no status for its own failures or for streamed answers. */
function outcomeOf(status: number | undefined): Outcome {
  if (status === undefined) return 'unknown'
  if (status < 400) return 'success'
  return status === 401 || status === 403 ? 'denied' : 'failure'
}

function actorOf({ user }: EngineRequest): Partial<Actor> | null {
  return user === undefined ? null : { kind: 'user', name: user }
}

interface Named {
  readonly target: Target
  /** The image that supplies parts of the target, as it was written. */
  readonly imageText?: string | undefined
}

function targetOf(act: Act): Named {
  const { meaning } = act
  const [type = ''] = meaning.action.split('.')
  if (meaning.action.endsWith('.prune')) return { target: { type } }
  switch (type) {
    case 'container':
      return containerTarget(act)
    case 'image':
      return imageTarget(act)
    case 'network':
    case 'volume':
      return { target: { type, ...placeTarget(act, type) } }
    default:
      return { target: { type: ENGINE_TYPE } }
  }
}

/** A name that is not known to be a container's is kept as it was sent. */
function containerTarget(act: Act): Named {
  const { container } = act
  const stated = containerTextOf(act)
  const isId = container !== undefined && isIdBeginning(stated, container.id)
  const name = textOf(container?.name ?? (isId ? undefined : plainName(stated)))
  return {
    target: {
      type: 'container',
      ...(container !== undefined && { id: container.id }),
      ...(name !== undefined && { name }),
      ...partsOf(imageNameOf(act)),
    },
    imageText: imageTextOf(act),
  }
}

/** What a container is made from, as it was written. */
function imageTextOf({ container, request }: Act): string | undefined {
  return container?.image ?? textOf(request.body.string('Image'))
}

/** The image text, when it is a name: a few digits may be the beginning of an id. */
function imageNameOf(act: Act): string | undefined {
  const text = imageTextOf(act)
  const isUnsure = text !== undefined && mayBeId(text)
  return act.container?.imageName ?? (isUnsure ? undefined : text)
}

/** Only the parameters that the request uses may name its container. */
function containerTextOf({ meaning, route, uri: { query } }: Act): string {
  switch (meaning.action) {
    case 'container.create':
      return query.get('name') ?? ''
    case 'container.commit':
      return query.get('container') ?? ''
    default:
      return route.named.container ?? ''
  }
}

function imageTarget({ uri: { query }, route, meaning, image }: Act): Named {
  const named = textOf(route.named.image)
  const isSave = meaning.action === 'image.save' && named === undefined
  const given = isSave ? textOf(query.get('names')) : givenName(meaning.action, query)
  const pushed = meaning.action === 'image.push' ? withTag(named, textOf(query.get('tag'))) : named
  const id = image?.id ?? (pushed !== undefined && isImageId(pushed) ? pushed : undefined)
  const name = given ?? (image === undefined || pushed !== named ? pushed : image.name)
  const isUnsure = given === undefined && image === undefined && mayBeId(name ?? '')
  return {
    target: {
      type: 'image',
      ...(id !== undefined && { id }),
      ...(name !== undefined && name !== id && { name: redactText(name) }),
      ...(isUnsure ? {} : partsOf(name)),
    },
    imageText: isUnsure ? undefined : name,
  }
}

/** The name of an image that is built or fetched; a build's first name. */
function givenName(action: string, query: URLSearchParams): string | undefined {
  const parameter = (name: string) => textOf(query.get(name))
  const tag = parameter('tag')
  switch (action) {
    case 'image.pull':
      return withTag(parameter('fromImage')?.replace(/:$/, ''), tag)
    case 'image.import':
    case 'image.tag':
      return withTag(parameter('repo'), tag)
    case 'image.build':
      return parameter('t')
    default:
      return undefined
  }
}

/** A tag replaces the one in the name. It may be a digest. */
function withTag(image: string | undefined, tag: string | undefined): string | undefined {
  if (image === undefined || tag === undefined) return image
  const [before = '', digest] = image.split('@', 2)
  const name = before.replace(/:[^/:]*$/, '')
  if (tag.includes(':')) return `${name}@${tag}`
  return `${name}:${tag}${digest === undefined ? '' : `@${digest}`}`
}

/** A network has an id and a name; a volume's name is its id. */
function placeTarget(
  { route, request, network }: Act,
  type: 'network' | 'volume',
): Partial<Target> {
  const { answer, body } = request
  if (type === 'volume') {
    const name = route.named.volume ?? answer.string('Name') ?? body.string('Name') ?? ''
    return { id: name, name }
  }
  const stated = route.named.network ?? body.string('Name') ?? ''
  const isId = /^[0-9a-f]{64}$/.test(stated)
  const id = network?.id ?? (isId ? stated : textOf(answer.string('Id')))
  const name = textOf(network?.name) ?? (isId ? undefined : stated)
  return {
    ...(id !== undefined && { id }),
    ...(name !== undefined && { name }),
  }
}

/** The parts of an image's name that a target has fields for. */
function partsOf(imageText: string | undefined): Partial<Target> {
  const { registry, ...parts } = referenceOf(imageText) ?? {}
  return parts
}

function referenceOf(imageText: string | undefined): ImageReference | undefined {
  return imageText === undefined ? undefined : parseImageReference(imageText)
}

/** For example, `alice asked Docker to start container web (45a60534b42a)`. */
function messageOf(
  { request, meaning, uri }: Act,
  actor: Partial<Actor> | null,
  target: Target,
): string {
  const who = actor?.name ?? 'An unnamed client'
  const what =
    target.type === ENGINE_TYPE
      ? `${request.method} ${redactText(uri.path)}`
      : [target.name, shortId(target)].filter((part) => part !== undefined).join(' ')
  const message = `${who} asked Docker to ${meaning.phrase} ${what}`.trimEnd()
  return recordableText(message, MESSAGE_LENGTH_MAX)
}

/** A volume's id is its name. */
function shortId({ id, name }: Target): string | undefined {
  if (id === undefined || id === name) return undefined
  const digits = id.replace(/^sha256:/, '').slice(0, ID_DIGITS_SHOWN)
  return name === undefined ? digits : `(${digits})`
}

/** The request without bodies, headers and anything else that may hold a secret. */
function detailsOf(act: Act, imageText: string | undefined): JsonObject {
  const { request, uri, route, meaning } = act
  const { method, status, authentication, certificate, omittedBytes, hasUnseenForm } = request
  const isCommand = meaning.action === 'container.exec'
  const isOfContainer = meaning.action.startsWith('container.')
  const isOfNetwork = meaning.action.startsWith('network.')
  const members: Readonly<Record<string, JsonValue | undefined>> = {
    method: kept(method),
    path: kept(redactText(uri.path), PATH_LENGTH_MAX),
    parameters: parametersOf(act.stated),
    unseenForm: hasUnseenForm || undefined,
    status,
    authentication: kept(authentication),
    certificate: kept(certificate),
    image: isOfContainer ? kept(imageText && redactText(imageText)) : undefined,
    registry: kept(referenceOf(isOfContainer ? imageNameOf(act) : imageText)?.registry),
    execID: kept(route.named.exec ?? (isCommand ? textOf(request.answer.string('Id')) : undefined)),
    container: isOfNetwork
      ? kept(act.container?.id ?? request.body.string('Container'))
      : undefined,
    omittedBytes,
  }
  return Object.fromEntries(
    Object.entries(members).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  )
}

function parametersOf(query: URLSearchParams): JsonObject | undefined {
  const entries = KEPT_PARAMETERS.flatMap((name): readonly [string, JsonValue][] => {
    const values = query.getAll(name).slice(0, PARAMETER_VALUES_MAX)
    const safe = values.map((value) => cutText(redactNamed(name, value), PARAMETER_LENGTH_MAX))
    const [only, ...more] = safe
    if (only === undefined) return []
    return [[name, more.length === 0 ? only : safe]]
  })
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}

function kept(text: string | undefined, lengthMax = DETAIL_LENGTH_MAX): string | undefined {
  return text === undefined || text === '' ? undefined : cutText(text, lengthMax)
}
