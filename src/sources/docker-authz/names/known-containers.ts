import { dropOldest } from '../../../core/drop-oldest.ts'

/** Most containers that are remembered; the oldest is dropped first. */
export const KNOWN_MAX = 10_000
/** Most commands whose container is remembered. */
const KNOWN_COMMANDS_MAX = 10_000

const WHOLE_ID = /^[0-9a-f]{64}$/
const ID_BEGINNING = /^[0-9a-f]+$/

/** What is known of a container. */
export interface KnownContainer {
  /** 64 hexadecimal digits. */
  readonly id: string
  readonly name?: string | undefined
  /** What it was made from, as the request or the daemon wrote it. */
  readonly image?: string | undefined
  /** The name of that image, when it is certain: `image` may be the beginning of an id. */
  readonly imageName?: string | undefined
}

/**
 * What is remembered of containers, for when the daemon cannot be queried or the container is gone.
 */
export class KnownContainers {
  readonly #byId = new Map<string, KnownContainer>()
  readonly #idByName = new Map<string, string>()
  readonly #idByCommand = new Map<string, string>()

  /** Finds a container as Docker does: by id, by name, or by the beginning of an id. */
  find(named: string): KnownContainer | undefined {
    const byId = this.#byId.get(named)
    if (byId !== undefined) return byId
    const id = this.#idByName.get(plainName(named)) ?? this.#idOfBeginning(named)
    if (id !== undefined) return this.#byId.get(id) ?? { id }
    return WHOLE_ID.test(named) ? { id: named } : undefined
  }

  /** Adds what is known of a container; undefined members keep their earlier values. */
  learn(container: KnownContainer): KnownContainer {
    const { id } = container
    const before = this.#byId.get(id)
    const name = container.name === undefined ? before?.name : plainName(container.name)
    const isSameImage = container.image === undefined || container.image === before?.image
    const known = {
      ...{ id, name, image: container.image ?? before?.image },
      imageName: container.imageName ?? (isSameImage ? before?.imageName : undefined),
    }
    if (!WHOLE_ID.test(id)) return known
    this.forget(id)
    this.#byId.set(id, known)
    if (name !== undefined) this.#idByName.set(name, id)
    const [oldest] = this.#byId.keys()
    if (this.#byId.size > KNOWN_MAX && oldest !== undefined) this.forget(oldest)
    return known
  }

  /** Forgets a container, since another may take its name from now on. */
  forget(id: string): void {
    const name = this.#byId.get(id)?.name
    if (name !== undefined && this.#idByName.get(name) === id) this.#idByName.delete(name)
    this.#byId.delete(id)
  }

  /** Remembers in which container a command runs. */
  learnCommand(command: string, id: string): void {
    this.#idByCommand.set(command, id)
    dropOldest(this.#idByCommand, KNOWN_COMMANDS_MAX)
  }

  /** The container of a command whose creation was seen. */
  ofCommand(command: string): KnownContainer | undefined {
    const id = this.#idByCommand.get(command)
    return id === undefined ? undefined : this.find(id)
  }

  #idOfBeginning(named: string): string | undefined {
    if (!ID_BEGINNING.test(named)) return undefined
    const found = [...this.#byId.keys()].filter((id) => id.startsWith(named))
    return found.length === 1 ? found[0] : undefined
  }
}

/** Docker writes a leading slash and accepts one. */
export function plainName(name: string): string {
  return name.replace(/^\//, '')
}
