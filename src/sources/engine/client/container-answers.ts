import type {
  ContainerInformation,
  ContainerPort,
  ContainerStatistics,
} from '../../../core/container-engine.ts'
import { isMembers, type Members } from '../../../core/json/json.ts'

/** States in which a container's process exists. */
const RUNNING_STATES = ['running', 'paused', 'restarting']

/** Reads the answer to `GET /containers/{id}/json`; undefined when it is not a container. */
export function readInspection(value: unknown): ContainerInformation | undefined {
  const container = membersOf(value)
  const id = textOf(container['Id'])
  if (id === '') return undefined
  const state = membersOf(container['State'])
  const configuration = membersOf(container['Config'])
  const network = membersOf(container['NetworkSettings'])
  return {
    id,
    name: plainName(container['Name']),
    image: textOf(configuration['Image']),
    imageId: textOf(container['Image']),
    state: textOf(state['Status']),
    running: state['Running'] === true,
    networkMode: textOf(membersOf(container['HostConfig'])['NetworkMode']),
    addresses: addressesOf(network),
    ports: boundPorts(membersOf(network['Ports'])),
    labels: textsOf(configuration['Labels']),
  }
}

/** Reads the answer to `GET /containers/json`; items that are not containers are left out. */
export function readContainerList(value: unknown): readonly ContainerInformation[] {
  if (!Array.isArray(value)) return []
  return value.map(membersOf).flatMap((container) => {
    const id = textOf(container['Id'])
    if (id === '') return []
    const names: unknown = container['Names']
    const state = textOf(container['State'])
    return {
      id,
      name: plainName(Array.isArray(names) ? names[0] : undefined),
      image: textOf(container['Image']),
      imageId: textOf(container['ImageID']),
      state,
      running: RUNNING_STATES.includes(state),
      networkMode: textOf(membersOf(container['HostConfig'])['NetworkMode']),
      addresses: addressesOf(membersOf(container['NetworkSettings'])),
      ports: listedPorts(container['Ports']),
      labels: textsOf(container['Labels']),
    }
  })
}

/** Reads the answer to `GET /containers/{id}/stats?stream=false`. */
export function readStatistics(value: unknown): ContainerStatistics {
  const answer = membersOf(value)
  const networks = Object.values(membersOf(answer['networks'])).map(membersOf)
  return {
    processorPercent: processorPercent(answer),
    memoryBytes: numberOf(membersOf(answer['memory_stats'])['usage']),
    receivedBytes: networks.reduce((sum, network) => sum + numberOf(network['rx_bytes']), 0),
    sentBytes: networks.reduce((sum, network) => sum + numberOf(network['tx_bytes']), 0),
  }
}

/**
 * Processor use between two measurements, as a share of all processors' time, multiplied by their
 * number: the formula of the Docker Engine API. Podman leaves the first measurement empty, so its
 * share covers the time since the container started.
 */
function processorPercent(answer: Members): number {
  const now = membersOf(answer['cpu_stats'])
  const before = membersOf(answer['precpu_stats'])
  const used = numberOf(membersOf(now['cpu_usage'])['total_usage'])
  const usedBefore = numberOf(membersOf(before['cpu_usage'])['total_usage'])
  const all = numberOf(now['system_cpu_usage']) - numberOf(before['system_cpu_usage'])
  if (all <= 0 || used < usedBefore) return 0
  return ((used - usedBefore) / all) * (numberOf(now['online_cpus']) || 1) * 100
}

function addressesOf(network: Members): readonly string[] {
  const networks = Object.values(membersOf(network['Networks'])).map(membersOf)
  const stated = [network, ...networks].flatMap((one) => [
    textOf(one['IPAddress']),
    textOf(one['GlobalIPv6Address']),
  ])
  return [...new Set(stated)].filter((address) => address !== '')
}

/** `{"80/tcp": [{"HostIp": "", "HostPort": "8080"}], "443/tcp": null}`. */
function boundPorts(ports: Members): readonly ContainerPort[] {
  return Object.entries(ports).flatMap(([name, bindings]) => {
    const [containerPort, protocol = 'tcp'] = name.split('/')
    const port = { containerPort: Number(containerPort), protocol }
    const hostPorts = Array.isArray(bindings)
      ? bindings.map((binding) => Number(membersOf(binding)['HostPort'])).filter((one) => one > 0)
      : []
    // Engines bind IPv4 and IPv6 separately, usually to the same port.
    const different = [...new Set(hostPorts)]
    return different.length === 0 ? [port] : different.map((hostPort) => ({ ...port, hostPort }))
  })
}

/** `[{"PrivatePort": 80, "PublicPort": 8080, "Type": "tcp", "IP": "::"}]`. */
function listedPorts(ports: unknown): readonly ContainerPort[] {
  const stated = (Array.isArray(ports) ? ports : []).map(membersOf).map((port) => ({
    containerPort: numberOf(port['PrivatePort']),
    ...(numberOf(port['PublicPort']) > 0 && { hostPort: numberOf(port['PublicPort']) }),
    protocol: textOf(port['Type']),
  }))
  return [...new Map(stated.map((port) => [JSON.stringify(port), port])).values()]
}

function plainName(value: unknown): string {
  return textOf(value).replace(/^\//, '')
}

function membersOf(value: unknown): Members {
  return isMembers(value) ? value : {}
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0
}

function textsOf(value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(membersOf(value)).map(([name, text]) => [name, textOf(text)]),
  )
}
