import type { ContainerEngine } from '../../../core/container-engine.ts'
import { Fault } from '../../../core/errors.ts'
import type { EngineSettings } from '../settings.ts'
import { EngineConnection } from './connection.ts'
import { readContainerList, readInspection, readStatistics } from './container-answers.ts'
import { type EngineGreeting, productOfHeaders, productOfVersion } from './engine-greeting.ts'
import {
  type ImageNames,
  type NetworkName,
  readExec,
  readImage,
  readNetwork,
} from './name-answers.ts'

/** What names are made of; anything else could lead to another route. */
const NAME = /^(?=.{1,512}$)[A-Za-z0-9][A-Za-z0-9_.:@-]*(?:\/[A-Za-z0-9][A-Za-z0-9_.:@-]*)*$/

/** Lets no event through. */
const NO_EVENT = encodeURIComponent(JSON.stringify({ event: ['waybill-witness'] }))

/** Docker, or Podman's API that is compatible with it. */
export interface EngineClient extends ContainerEngine {
  /** By name, by id or by the beginning of an id; undefined when there is none. */
  image(named: string, signal: AbortSignal): Promise<ImageNames | undefined>
  /** By id, by name or by the beginning of an id; undefined when there is none. */
  network(named: string, signal: AbortSignal): Promise<NetworkName | undefined>
  /** The id of the container that a command runs in; undefined when there is no such command. */
  containerOfExec(execId: string, signal: AbortSignal): Promise<string | undefined>
  /** What the engine says of itself. Rejects when it does not answer. */
  greet(signal: AbortSignal): Promise<EngineGreeting>
  /**
   * The bytes of its events, a JSON object a line: those since a time (seconds since the epoch, as
   * text), then those that happen. Docker sends nothing at all before the first event.
   */
  events(since: string, signal: AbortSignal): AsyncGenerator<Buffer>
  /** Holds a connection on which nothing is sent. Resolves or rejects when it ends. */
  witness(signal: AbortSignal): Promise<void>
}

/**
 * A client of the engine that the settings name. It does not connect before it is asked something.
 * No route names a version of the API: an engine then answers in the one it knows best, while a
 * fixed one is too old for some engine and too new for another.
 */
export function engineClient(settings: EngineSettings): EngineClient {
  const connection = new EngineConnection(settings)
  const { name, tenant } = settings
  const readNamed = async (kind: string, named: string, rest: string, signal: AbortSignal) => {
    if (!NAME.test(named)) return undefined
    const answer = await connection.read(`/${kind}/${encodeURIComponent(named)}${rest}`, signal)
    return answer === undefined ? undefined : parse(answer.body, name)
  }
  // A proxy may leave out the headers that name the engine, and may not let this question through.
  const readProduct = async (signal: AbortSignal) => {
    try {
      const answer = await connection.read('/version', signal)
      return answer === undefined ? undefined : productOfVersion(parse(answer.body, name))
    } catch {
      return undefined
    }
  }
  return {
    name,
    tenant,
    async container(idOrName, signal) {
      return readInspection(await readNamed('containers', idOrName, '/json', signal))
    },
    async containers(signal) {
      const answer = await connection.read('/containers/json?all=true', signal)
      if (answer === undefined) throw new Fault('engine.unavailable', { detail: name })
      return readContainerList(parse(answer.body, name))
    },
    async statistics(idOrName, signal) {
      const answer = await readNamed('containers', idOrName, '/stats?stream=false', signal)
      return answer === undefined ? undefined : readStatistics(answer)
    },
    async image(named, signal) {
      return readImage(await readNamed('images', named, '/json', signal))
    },
    async network(named, signal) {
      return readNetwork(await readNamed('networks', named, '', signal))
    },
    async containerOfExec(execId, signal) {
      return readExec(await readNamed('exec', execId, '/json', signal))
    },
    async greet(signal) {
      const headers = (await connection.read('/_ping', signal))?.headers ?? {}
      const ms = Date.parse(headers.date ?? '')
      const product = productOfHeaders(headers) ?? (await readProduct(signal))
      return { nowMs: Number.isNaN(ms) ? Date.now() : ms, product }
    },
    events: (since, signal) => connection.stream(`/events?since=${since}`, signal),
    async witness(signal) {
      for await (const _ of connection.stream(`/events?filters=${NO_EVENT}`, signal));
    },
  }
}

/** Podman answers with nothing when a container that does not run is asked for its statistics. */
function parse(body: Buffer, engine: string): unknown {
  try {
    return body.length === 0 ? {} : JSON.parse(body.toString())
  } catch (error) {
    throw new Fault('engine.unavailable', { detail: engine, cause: error })
  }
}
