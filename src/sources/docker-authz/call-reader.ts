import { createHash, randomUUID } from 'node:crypto'
import type { ContainerEngine } from '../../core/container-engine.ts'
import { formatTimestamp } from '../../core/timestamp.ts'
import type { CallIntake } from '../called-source.ts'
import type { DeadLetter, Translation } from '../source.ts'
import { type EngineRequest, openEnvelope, textOf } from './envelope.ts'
import { type KnownContainer, KnownContainers } from './known-containers.ts'
import type { PluginCall } from './plugin-server.ts'
import { type RequestUri, readUri } from './request-uri.ts'
import { type Route, routeOf } from './routes.ts'
import { type Act, translateAct } from './translate.ts'

/** Why a request is no event, for the metrics. */
const CHANGES_NOTHING = 'request that changes nothing'

/** Makes events of the calls of one daemon, after they were answered. */
export class CallReader {
  readonly #containers: KnownContainers
  readonly #begun: Promise<CallIntake>
  readonly #reading = new Set<Promise<void>>()

  constructor(engine: ContainerEngine | undefined, begun: Promise<CallIntake>) {
    this.#containers = new KnownContainers(engine)
    this.#begun = begun
  }

  /** Learns what there is, of a daemon that called before this process began. */
  begin(): void {
    this.#containers.askForAll()
  }

  /** Begins to read a call. */
  hear(call: PluginCall): void {
    const reading = this.#read(call).finally(() => this.#reading.delete(reading))
    this.#reading.add(reading)
  }

  /** Resolves once everything that was heard is handed over. */
  async settled(): Promise<void> {
    while (this.#reading.size > 0) await Promise.all(this.#reading)
  }

  async #read(call: PluginCall): Promise<void> {
    const intake = await this.#begun
    try {
      if (call.kind === 'activate') this.#containers.askForAll()
      else if (call.kind === 'request') this.#foresee(call)
      else intake.take(await this.#translate(call, formatTimestamp(intake.clock())))
    } catch (error) {
      intake.trouble(error, 'a call of Docker could not be read')
      intake.take(letterAlone(call, 'the adapter failed on it'))
    }
  }

  /** A name may mean nothing any more when the request was carried out: it is asked for before. */
  #foresee(call: PluginCall): void {
    const envelope = openEnvelope(call)
    if ('unreadable' in envelope) return
    const { request } = envelope
    const uri = readUri(request.uri)
    const route = routeOf(request.method, uri)
    const named = containerNamed(route, request, uri)
    if (named === undefined || this.#containers.find(named)?.name !== undefined) return
    this.#containers.askFor(named)
  }

  async #translate(call: PluginCall, time: string): Promise<Translation> {
    const envelope = openEnvelope(call)
    if ('unreadable' in envelope) return letterAlone(call, envelope.unreadable)
    const { request } = envelope
    const uri = readUri(request.uri)
    const route = routeOf(request.method, uri)
    const { meaning } = route
    if (meaning === undefined) {
      return { events: [], deadLetters: [], skipped: { [CHANGES_NOTHING]: 1 } }
    }
    const container =
      meaning.action === 'container.create'
        ? await this.#created(request, uri)
        : await this.#containerOf(route, request, uri)
    const act = { request, uri, route, meaning, container }
    this.#follow(act)
    return { events: [{ ...translateAct(act), time }], deadLetters: [], skipped: {} }
  }

  /** Docker thinks of a name where nobody gave one. */
  async #created(request: EngineRequest, { query }: RequestUri) {
    const id = textOf(request.answer['Id'])
    if (id === undefined) return undefined
    const name = textOf(query.get('name'))
    this.#containers.learn({ id, name, image: textOf(request.body['Image']) })
    if (name === undefined) {
      this.#containers.askFor(id)
      await this.#containers.answered(id)
    }
    return this.#containers.find(id)
  }

  async #containerOf(
    route: Route,
    request: EngineRequest,
    uri: RequestUri,
  ): Promise<KnownContainer | undefined> {
    if (route.named.exec !== undefined) return this.#containers.ofCommand(route.named.exec)
    const named = containerNamed(route, request, uri)
    if (named === undefined) return undefined
    await this.#containers.answered(named)
    return this.#containers.find(named)
  }

  /** Keeps up with what a request that was carried out has changed. */
  #follow({ request, uri, meaning, container }: Act): void {
    const { status } = request
    if (container === undefined || status === undefined || status >= 400) return
    const { id } = container
    const command = textOf(request.answer['Id'])
    const name = textOf(uri.query.get('name'))
    if (meaning.action === 'container.exec' && command !== undefined) {
      this.#containers.learnCommand(command, id)
    }
    if (meaning.action === 'container.rename' && name !== undefined) {
      this.#containers.learn({ id, name })
    }
    if (meaning.action === 'container.delete') this.#containers.forget(id)
  }
}

/** The container that an act is about; of what changes nothing none. */
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
      return textOf(body['Container'])
    default:
      return named.container
  }
}

/**
 * A call that could not be read. Its text is left out, since it may hold credentials; its digest
 * tells it from others, and its own number from another of the same text, which is another call.
 */
function letterAlone({ body, bytes }: PluginCall, reason: string): Translation {
  const call = randomUUID()
  const sha256 = createHash('sha256').update(body).digest('hex')
  const letter: DeadLetter = { reason, body: Buffer.from(JSON.stringify({ bytes, call, sha256 })) }
  return { events: [], deadLetters: [letter], skipped: {} }
}
