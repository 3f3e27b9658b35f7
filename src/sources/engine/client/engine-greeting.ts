import { isMembers } from '../../../core/json/json.ts'

/** Which engine answers. */
export type EngineProduct = 'docker' | 'podman'

/** What an engine says of itself when it is connected to. */
export interface EngineGreeting {
  /** The time of its clock, in milliseconds since the epoch. */
  readonly nowMs: number
  /** Undefined when neither it nor what is in between says so. */
  readonly product: EngineProduct | undefined
}

/** Reads which engine sent the headers of `GET /_ping`. */
export function productOfHeaders(
  headers: Readonly<Record<string, unknown>>,
): EngineProduct | undefined {
  const server = String(headers['server'] ?? '')
  if (headers['libpod-api-version'] !== undefined || /^libpod\//i.test(server)) return 'podman'
  return /^docker\//i.test(server) ? 'docker' : undefined
}

/** Reads which engine gave the answer to `GET /version`. */
export function productOfVersion(version: unknown): EngineProduct | undefined {
  const components: unknown = isMembers(version) ? version['Components'] : undefined
  const [first] = Array.isArray(components) ? components : []
  const name: unknown = isMembers(first) ? first['Name'] : undefined
  if (name === 'Podman Engine') return 'podman'
  return name === 'Engine' ? 'docker' : undefined
}
