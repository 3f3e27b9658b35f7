import type { ContainerInformation, ContainerStatistics } from '../../../core/container-engine.ts'
import type { JsonObject } from '../../../core/event/event.ts'
import type { ContainerState, StateReport } from './container-state.ts'

/** A container in Container Station's lists and waits. */
export interface ContainerView {
  readonly id: string
  readonly name: string
  readonly state: ContainerState
  /** Its basic information, including the state. */
  readonly json: JsonObject
  /** Whether an engine was queried; otherwise the view comes from events. */
  readonly isLive: boolean
}

/** A container known from events; anything that no event shows is empty or zero. */
export function viewOfReport({ type, id, name, image, state }: StateReport): ContainerView {
  return viewOf({
    type,
    id: id ?? name ?? '',
    name: name ?? id ?? '',
    image: image ?? '',
    state,
    tcpPort: [],
    usage: NO_USAGE,
    addresses: [],
    docker: { imageID: '', networkMode: '', project: '' },
    isLive: false,
  })
}

/** A container reported by an engine. Without statistics its usage is zero. */
export function viewOfInformation(
  information: ContainerInformation,
  statistics: ContainerStatistics | undefined,
): ContainerView {
  const { id, name, image, imageId, networkMode, addresses, ports, labels } = information
  const published = ports.flatMap(({ hostPort, protocol }) =>
    protocol === 'tcp' && hostPort !== undefined ? [hostPort] : [],
  )
  return viewOf({
    ...{ type: 'docker', id, name, image, addresses },
    state: stateOf(information),
    tcpPort: [...new Set(published)],
    usage: statistics ?? NO_USAGE,
    docker: {
      imageID: imageId,
      networkMode,
      project: labels['com.docker.compose.project'] ?? '',
    },
    isLive: true,
  })
}

const NO_USAGE: ContainerStatistics = {
  processorPercent: 0,
  memoryBytes: 0,
  receivedBytes: 0,
  sentBytes: 0,
}

interface Facts {
  readonly type: string
  readonly id: string
  readonly name: string
  readonly image: string
  readonly state: ContainerState
  readonly tcpPort: readonly number[]
  readonly usage: ContainerStatistics
  readonly addresses: readonly string[]
  readonly docker: { readonly imageID: string; readonly networkMode: string; project: string }
  readonly isLive: boolean
}

/** For a stopped container, Container Station shows neither usage nor addresses. */
function viewOf(facts: Facts): ContainerView {
  const { type, id, name, image, state, tcpPort, usage, addresses, docker, isLive } = facts
  const json = {
    id,
    image,
    name,
    state,
    tcpPort,
    type,
    ...(state !== 'stopped' && {
      cpu: usage.processorPercent,
      ipaddress: addresses,
      memory: usage.memoryBytes,
      rx: usage.receivedBytes,
      tx: usage.sentBytes,
    }),
    ...(type === 'docker' && { ...docker, externalIP: '', projectPath: '' }),
  }
  return { id, name, state, json, isLive }
}

function stateOf({ running, state }: ContainerInformation): ContainerState {
  if (!running) return 'stopped'
  return state === 'paused' ? 'paused' : 'running'
}
