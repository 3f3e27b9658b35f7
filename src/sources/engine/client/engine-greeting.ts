import { isMembers } from '../../../core/json/json.ts'

/** The engine's product. */
export type EngineProduct = 'docker' | 'podman'

/** What an engine reports when Waybill connects. */
export interface EngineGreeting {
  /** The time of its clock, in milliseconds since the epoch. */
  readonly nowMs: number
  /** Undefined when neither the engine nor a proxy says so. */
  readonly product: EngineProduct | undefined
}

/** Recognizes the engine by the headers of `GET /_ping`. */
export function productOfHeaders(
  headers: Readonly<Record<string, unknown>>,
): EngineProduct | undefined {
  const server = String(headers['server'] ?? '')
  if (headers['libpod-api-version'] !== undefined || /^libpod\//i.test(server)) return 'podman'
  return /^docker\//i.test(server) ? 'docker' : undefined
}

/** Recognizes the engine by the answer to `GET /version`. */
export function productOfVersion(version: unknown): EngineProduct | undefined {
  const components: unknown = isMembers(version) ? version['Components'] : undefined
  const [first] = Array.isArray(components) ? components : []
  const name: unknown = isMembers(first) ? first['Name'] : undefined
  if (name === 'Podman Engine') return 'podman'
  return name === 'Engine' ? 'docker' : undefined
}
