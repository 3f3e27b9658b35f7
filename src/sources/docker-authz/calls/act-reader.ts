import { inTime, LATE } from '../../../core/time/in-time.ts'
import { type EngineRequest, textOf } from '../envelope.ts'
import type { EngineDirectory } from '../names/engine-directory.ts'
import { type KnownContainer, plainName } from '../names/known-containers.ts'
import { isIdBeginning, NamedThings } from '../names/named-things.ts'
import { type RequestUri, readUri } from '../request-uri.ts'
import { type Route, routeOf } from '../routes.ts'
import type { Act } from '../translate.ts'

/**
 * Longest wait for the daemon to resolve the names in a request before the request runs, in
 * milliseconds. Without an answer the names are kept as they were sent.
 */
const NAMING_MS_MAX = 250

/** Finds out what requests mean, before and after the daemon carries them out. */
export class ActReader {
  readonly #things: NamedThings

  /** @param engine undefined when there is no daemon to query. */
  constructor(engine: EngineDirectory | undefined) {
    this.#things = new NamedThings(engine)
  }

  /** Learns the containers of a daemon that was running before this process. */
  learnAll(): void {
    this.#things.learnAll()
  }

  /**
   * Looks up the names in a request now, because they may mean nothing once it has been carried
   * out.
   */
  begin(request: EngineRequest): void {
    const { route, uri } = readRoute(request)
    if (route.meaning === undefined) return
    const { exec, image, network } = route.named
    const container = containerNamed(route, request, uri)
    const isKnownExec = exec === undefined || this.#things.known.ofCommand(exec) !== undefined
    if (container !== undefined) this.#things.containers.begin(container)
    if (!isKnownExec) this.#things.execs.begin(exec)
    if (image !== undefined) this.#things.images.begin(image)
    if (network !== undefined) this.#things.networks.begin(network)
  }

  /** What a begun request is about to do; undefined when it changes nothing. */
  async ahead(request: EngineRequest): Promise<Act | undefined> {
    const act = actOf(request)
    if (act === undefined) return undefined
    const named = await inTime(this.#named(act), NAMING_MS_MAX)
    return named === LATE ? this.asKnown(request) : { ...act, ...named }
  }

  /** The same, from what is already known, without the daemon. */
  asKnown(request: EngineRequest): Act | undefined {
    const act = actOf(request)
    if (act === undefined) return undefined
    const { exec } = act.route.named
    const named = containerNamed(act.route, request, act.uri)
    const { known } = this.#things
    const container = exec === undefined ? named && known.find(named) : known.ofCommand(exec)
    return { ...act, container: container || undefined }
  }

  async #named({ route, request, uri }: Act): Promise<Partial<Act>> {
    const { exec, image, network } = route.named
    const named = containerNamed(route, request, uri)
    const things = this.#things
    const [ofExec, ofName, namedImage, namedNetwork] = await Promise.all([
      exec === undefined ? undefined : things.containerOfExecAhead(exec),
      named === undefined ? undefined : things.containerAhead(named),
      image === undefined ? undefined : things.imageAhead(image),
      network === undefined ? undefined : things.networks.peek(network),
    ])
    return { container: ofExec ?? ofName, image: namedImage, network: namedNetwork }
  }

  /** What was carried out; undefined when the request changes nothing. */
  async end(request: EngineRequest): Promise<Act | undefined> {
    const act = actOf(request)
    if (act === undefined) return undefined
    const { route, uri, meaning } = act
    const { image, network } = route.named
    const named = {
      ...act,
      container: await this.#containerOf(route, request, uri),
      image: image === undefined ? undefined : await this.#things.image(image),
      network: await this.#networkOf(network, request, meaning.action),
    }
    await this.#follow(named)
    return named
  }

  async #containerOf(
    route: Route,
    request: EngineRequest,
    uri: RequestUri,
  ): Promise<KnownContainer | undefined> {
    const { exec } = route.named
    if (exec !== undefined) return await this.#things.containerOfExec(exec)
    if (route.meaning?.action === 'container.create') return await this.#created(request, uri)
    const named = containerNamed(route, request, uri)
    if (named === undefined) return undefined
    const before = this.#things.known.find(named)
    const container = await this.#things.container(named)
    if (container === undefined || route.meaning?.action !== 'container.rename') return container
    // The daemon may have answered after the rename.
    const isSame = before?.id === container.id
    const stated = isIdBeginning(named, container.id) ? container.name : plainName(named)
    return { ...container, name: (isSame ? before.name : undefined) ?? stated }
  }

  /** Docker makes up a name when the request has none. */
  async #created(request: EngineRequest, { query }: RequestUri) {
    const id = textOf(request.answer.string('Id'))
    if (id === undefined) return undefined
    const image = textOf(request.body.string('Image'))
    return await this.#things.containerNow({ id, name: textOf(query.get('name')), image })
  }

  async #networkOf(named: string | undefined, request: EngineRequest, action: string) {
    if (named !== undefined) return await this.#things.networks.end(named)
    const id = action === 'network.create' ? textOf(request.answer.string('Id')) : undefined
    return id === undefined ? undefined : await this.#things.networks.answer(id)
  }

  /** Updates what is known of containers after a request was carried out. */
  async #follow({ request, uri, meaning, container }: Act): Promise<void> {
    const { status } = request
    if (container === undefined || status === undefined || status >= 400) return
    const { id, image, imageName } = container
    const { known } = this.#things
    const command = textOf(request.answer.string('Id'))
    if (meaning.action === 'container.exec' && command !== undefined) {
      known.learnCommand(command, id)
    }
    if (meaning.action === 'container.rename') {
      known.forget(id)
      const name = textOf(uri.query.get('name'))
      await this.#things.containerNow({ id, name, image, imageName })
    }
    if (meaning.action === 'container.delete') known.forget(id)
  }
}

/** A request before its names are resolved; undefined when it changes nothing. */
function actOf(request: EngineRequest): Act | undefined {
  const { route, ...read } = readRoute(request)
  const { meaning } = route
  const nothing = { container: undefined, image: undefined, network: undefined }
  return meaning === undefined ? undefined : { request, ...read, route, meaning, ...nothing }
}

/** A request with its route, the parameters that count, and those of the query. */
function readRoute(request: EngineRequest) {
  const uri = readUri(request.uri)
  const query = request.hasUnseenForm ? new URLSearchParams() : uri.query
  return {
    route: routeOf(request.method, uri),
    uri: { path: uri.path, query },
    stated: uri.query,
  }
}

/** The container that a request is about; none when the request changes nothing. */
function containerNamed(
  { meaning, named }: Route,
  { body }: EngineRequest,
  { query }: RequestUri,
): string | undefined {
  switch (meaning?.action) {
    case undefined:
      return undefined
    case 'container.commit':
      return textOf(query.get('container'))
    case 'network.connect':
    case 'network.disconnect':
      return textOf(body.string('Container'))
    default:
      return textOf(named.container)
  }
}
