import { dropOldest } from '../../../core/drop-oldest.ts'

/** Most containers that are known at once; of more the longest known is forgotten. */
export const KNOWN_MAX = 10_000
/** Most commands whose container is known at once. */
const KNOWN_COMMANDS_MAX = 10_000

const WHOLE_ID = /^[0-9a-f]{64}$/
const ID_BEGINNING = /^[0-9a-f]+$/

/** A container as far as it is known. */
export interface KnownContainer {
  /** 64 hexadecimal digits. */
  readonly id: string
  readonly name?: string | undefined
  /** What it was made from, as the request or the daemon has it. */
  readonly image?: string | undefined
  /** The name of that image, when it is certain: `image` may be the beginning of an id. */
  readonly imageName?: string | undefined
}

/**
 * What is remembered about containers: for when the daemon cannot be asked, or when what it was
 * asked about is gone.
 */
export class KnownContainers {
  readonly #byId = new Map<string, KnownContainer>()
  readonly #idByName = new Map<string, string>()
  readonly #idByCommand = new Map<string, string>()

  /** The container that a request names, found as Docker does: by id, name, beginning of an id. */
  find(named: string): KnownContainer | undefined {
    const byId = this.#byId.get(named)
    if (byId !== undefined) return byId
    const id = this.#idByName.get(plainName(named)) ?? this.#idOfBeginning(named)
    if (id !== undefined) return this.#byId.get(id) ?? { id }
    return WHOLE_ID.test(named) ? { id: named } : undefined
  }

  /** Adds what is known of a container; what is undefined stays as it was known. */
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

  /** Its name may be that of another container from now on. */
  forget(id: string): void {
    const name = this.#byId.get(id)?.name
    if (name !== undefined && this.#idByName.get(name) === id) this.#idByName.delete(name)
    this.#byId.delete(id)
  }

  /** In which container a command runs. */
  learnCommand(command: string, id: string): void {
    this.#idByCommand.set(command, id)
    dropOldest(this.#idByCommand, KNOWN_COMMANDS_MAX)
  }

  /** The container of a command that was seen being created. */
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

/** Docker writes a slash in front, and takes one. */
export function plainName(name: string): string {
  return name.replace(/^\//, '')
}
