import type { Condition } from './query/query.ts'

/** The kind of the sources that report what a container engine did. */
export const ENGINE_KIND = 'engine'

/**
 * The kind of the sources that report who requested what from Docker. Each of these events
 * describes an act whose result the engine's own events report.
 */
export const DOCKER_AUTHZ_KIND = 'docker-authz'

/** Excludes requests, for APIs that show each act once, as the engine reports it. */
export const NO_REQUEST: Condition = { field: 'sourceKind', notIn: [DOCKER_AUTHZ_KIND] }

/** Excludes requests recorded before they were carried out, because their end is recorded too. */
export const NO_PENDING_REQUEST: Condition = {
  anyOf: [[NO_REQUEST], [{ field: 'outcome', notIn: ['pending'] }]],
}

/** A port of a container, and the host port on which it is published. */
export interface ContainerPort {
  readonly containerPort: number
  /** Absent when it is not published. */
  readonly hostPort?: number
  readonly protocol: string
}

/** An engine's current information about a container. */
export interface ContainerInformation {
  /** 64 hexadecimal digits. */
  readonly id: string
  /** Without the leading slash that Docker writes. */
  readonly name: string
  /** As it was named when the container was created: `docker.io/library/alpine:3`. */
  readonly image: string
  readonly imageId: string
  /** The engine's own word: `created`, `running`, `paused`, `exited`, `dead`, … */
  readonly state: string
  /** Whether its process exists, which includes paused ones. */
  readonly running: boolean
  /** `none`, `host`, `bridge`, or the name of a network. */
  readonly networkMode: string
  /** IPv4 and IPv6, of all networks. */
  readonly addresses: readonly string[]
  readonly ports: readonly ContainerPort[]
  readonly labels: Readonly<Record<string, string>>
}

/** The resource usage of a running container. */
export interface ContainerStatistics {
  /** Share of one processor, in percent: 200 means two full processors. */
  readonly processorPercent: number
  readonly memoryBytes: number
  /** Received and sent over all networks since the container started. */
  readonly receivedBytes: number
  readonly sentBytes: number
}

/**
 * A container engine (Docker, Podman) for queries about the state of its containers.
 *
 * Every call queries the engine anew and is answered within seconds; `statistics` takes Docker one
 * to two seconds, since it measures. Throws `engine.unavailable` when the engine does not answer as
 * expected.
 */
export interface ContainerEngine {
  /** The configured name, which is the `source.name` of its events. */
  readonly name: string
  /** The tenant of its events; undefined for the tenant of a single-tenant installation. */
  readonly tenant: string | undefined
  /** By id, by the beginning of an id, or by name; undefined when there is none. */
  container(idOrName: string, signal: AbortSignal): Promise<ContainerInformation | undefined>
  /** All containers, in any state and in no particular order. */
  containers(signal: AbortSignal): Promise<readonly ContainerInformation[]>
  /** Undefined when there is no such container. For a stopped one, all values are zero. */
  statistics(idOrName: string, signal: AbortSignal): Promise<ContainerStatistics | undefined>
}
