import type { Condition } from './query/query.ts'

/** The kind of the sources that report what a container engine did. */
export const ENGINE_KIND = 'engine'

/**
 * The kind of the source of events that say who asked Docker for what. Each of them repeats an act
 * of which the engine's own events tell how it went.
 */
export const DOCKER_AUTHZ_KIND = 'docker-authz'

/** Leaves those out, for who shows each act once, as its engine tells of it. */
export const NO_REQUEST: Condition = { field: 'sourceKind', notIn: [DOCKER_AUTHZ_KIND] }

/** Leaves out requests that were recorded before they were carried out: each has an end, too. */
export const NO_PENDING_REQUEST: Condition = {
  anyOf: [[NO_REQUEST], [{ field: 'outcome', notIn: ['pending'] }]],
}

/** A port of a container, and where on the host it is published. */
export interface ContainerPort {
  readonly containerPort: number
  /** Absent: it is not published. */
  readonly hostPort?: number
  readonly protocol: string
}

/** What an engine says about one container now. */
export interface ContainerInformation {
  /** 64 hexadecimal digits. */
  readonly id: string
  /** Without the slash that Docker writes in front. */
  readonly name: string
  /** As it was named when the container was made: `docker.io/library/alpine:3`. */
  readonly image: string
  readonly imageId: string
  /** The engine's own word: `created`, `running`, `paused`, `exited`, `dead`, … */
  readonly state: string
  /** Whether its process runs; a paused one does. */
  readonly running: boolean
  /** `none`, `host`, `bridge`, or the name of a network. */
  readonly networkMode: string
  /** IPv4 and IPv6, of all networks. */
  readonly addresses: readonly string[]
  readonly ports: readonly ContainerPort[]
  readonly labels: Readonly<Record<string, string>>
}

/** What a running container uses. */
export interface ContainerStatistics {
  /** Share of one processor, in percent: 200 are two whole ones. */
  readonly processorPercent: number
  readonly memoryBytes: number
  /** Received and sent over all networks since the container started. */
  readonly receivedBytes: number
  readonly sentBytes: number
}

/**
 * A container engine (Docker, Podman) as somebody sees it who asks how its containers are.
 *
 * Every call asks the engine anew and is answered within seconds; `statistics` takes Docker one to
 * two, since it measures. Throws `engine.unavailable` when the engine does not answer as it should.
 */
export interface ContainerEngine {
  /** The configured name: the `source.name` of its events. */
  readonly name: string
  /** The tenant of its events; undefined for that of an installation that has one. */
  readonly tenant: string | undefined
  /** By id, by the beginning of an id, or by name; undefined when there is none. */
  container(idOrName: string, signal: AbortSignal): Promise<ContainerInformation | undefined>
  /** All containers, whatever their state; in no certain order. */
  containers(signal: AbortSignal): Promise<readonly ContainerInformation[]>
  /** Undefined when there is no such container. Of one that does not run, all are zero. */
  statistics(idOrName: string, signal: AbortSignal): Promise<ContainerStatistics | undefined>
}
