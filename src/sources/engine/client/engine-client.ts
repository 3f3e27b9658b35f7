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

/** Characters that names may have; anything else could change the route. */
const NAME = /^(?=.{1,512}$)[A-Za-z0-9][A-Za-z0-9_.:@-]*(?:\/[A-Za-z0-9][A-Za-z0-9_.:@-]*)*$/

/** A filter that matches no event. */
const NO_EVENT = encodeURIComponent(JSON.stringify({ event: ['waybill-witness'] }))

/** Docker, or Podman through its Docker-compatible API. */
export interface EngineClient extends ContainerEngine {
  /** By name, by id or by the beginning of an id; undefined when there is none. */
  image(named: string, signal: AbortSignal): Promise<ImageNames | undefined>
  /** By id, by name or by the beginning of an id; undefined when there is none. */
  network(named: string, signal: AbortSignal): Promise<NetworkName | undefined>
  /** The id of the container that a command runs in; undefined when there is no such command. */
  containerOfExec(execId: string, signal: AbortSignal): Promise<string | undefined>
  /** The engine's clock and product. Rejects when the engine does not answer. */
  greet(signal: AbortSignal): Promise<EngineGreeting>
  /**
   * Streams events as JSON lines: first those since a time (seconds since the epoch, as text), then
   * live ones. Docker sends nothing, not even headers, before the first event.
   */
  events(since: string, signal: AbortSignal): AsyncGenerator<Buffer>
  /** Holds a connection on which nothing is sent. Resolves or rejects when it ends. */
  witness(signal: AbortSignal): Promise<void>
}

/**
 * A client of the configured engine. It does not connect before its first request. Routes name no
 * API version: the engine then uses its newest, while a fixed version would be too old for some
 * engines and too new for others.
 */
export function engineClient(settings: EngineSettings): EngineClient {
  const connection = new EngineConnection(settings)
  const { name, tenant } = settings
  const readNamed = async (kind: string, named: string, rest: string, signal: AbortSignal) => {
    if (!NAME.test(named)) return undefined
    const answer = await connection.read(`/${kind}/${encodeURIComponent(named)}${rest}`, signal)
    return answer === undefined ? undefined : parse(answer.body, name)
  }
  // A proxy may drop the headers that identify the engine, and may block this request too.
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

/** Podman sends an empty answer when asked for the statistics of a stopped container. */
function parse(body: Buffer, engine: string): unknown {
  try {
    return body.length === 0 ? {} : JSON.parse(body.toString())
  } catch (error) {
    throw new Fault('engine.unavailable', { detail: engine, cause: error })
  }
}
