import type { ContainerInformation } from '../../../core/container-engine.ts'

/**
 * The daemon as the one that knows what names mean. Each call asks it anew; undefined: there is no
 * such thing, or the name means several. Rejects when the daemon does not answer.
 */
export interface EngineDirectory {
  /** By id, by name or by the beginning of an id. */
  container(named: string, signal: AbortSignal): Promise<ContainerInformation | undefined>
  containers(signal: AbortSignal): Promise<readonly ContainerInformation[]>
  /** The image, `sha256:` in front of its id, and its names with their tags. */
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
