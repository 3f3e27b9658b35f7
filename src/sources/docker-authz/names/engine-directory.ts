import type { ContainerInformation } from '../../../core/container-engine.ts'

/**
 * The daemon as a directory of names. Each call queries it anew; undefined means that there is no
 * such thing, or that the name is ambiguous. Rejects when the daemon does not answer.
 */
export interface EngineDirectory {
  /** By id, by name or by the beginning of an id. */
  container(named: string, signal: AbortSignal): Promise<ContainerInformation | undefined>
  containers(signal: AbortSignal): Promise<readonly ContainerInformation[]>
  /** The image's id with `sha256:`, and its names with tags. */
  image(
    named: string,
    signal: AbortSignal,
  ): Promise<{ readonly id: string; readonly names: readonly string[] } | undefined>
  network(
    named: string,
    signal: AbortSignal,
  ): Promise<{ readonly id: string; readonly name: string } | undefined>
  /** The id of the container that a command runs in. */
  containerOfExec(execId: string, signal: AbortSignal): Promise<string | undefined>
}
