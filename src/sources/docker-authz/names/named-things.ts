import type { ContainerInformation } from '../../../core/container-engine.ts'
import { Questions } from '../calls/questions.ts'
import type { EngineDirectory } from './engine-directory.ts'
import { type KnownContainer, KnownContainers } from './known-containers.ts'

/** Longest wait for the list of all containers, in milliseconds. */
const LIST_MS_MAX = 5_000
/** The digits of an id, with the algorithm that an image's id may have in front. */
const DIGITS = /^(?:sha256:)?([0-9a-f]{1,64})$/

/** An image that a request names. */
export interface NamedImage {
  /** `sha256:` and 64 hexadecimal digits. */
  readonly id: string
  /** Its name, unless it was named by the beginning of its id and has several names. */
  readonly name: string | undefined
}

/** A network that a request names; undefined when the daemon does not know it. */
export type NamedNetwork = Awaited<ReturnType<EngineDirectory['network']>>

/**
 * Resolves the names in requests: first by the daemon's answer, then from memory. It yields ids, so
 * that these events and the engine's own find the same container.
 */
export class NamedThings {
  readonly known = new KnownContainers()
  readonly containers: Questions<ContainerInformation>
  readonly images: Questions<NonNullable<Awaited<ReturnType<EngineDirectory['image']>>>>
  readonly networks: Questions<NonNullable<NamedNetwork>>
  /** Containers by the commands that run in them. */
  readonly execs: Questions<ContainerInformation>
  readonly #engine: EngineDirectory | undefined
  #listing: Promise<void> | undefined

  /** @param engine undefined when there is no daemon to query. */
  constructor(engine: EngineDirectory | undefined) {
    this.#engine = engine
    this.containers = new Questions(engine && ((...asked) => engine.container(...asked)))
    this.images = new Questions(engine && ((...asked) => engine.image(...asked)))
    this.networks = new Questions(engine && ((...asked) => engine.network(...asked)))
    this.execs = new Questions(
      engine &&
        (async (execId, signal) => {
          const id = await engine.containerOfExec(execId, signal)
          return id === undefined ? undefined : await engine.container(id, signal)
        }),
    )
  }

  /** Begins to learn which containers there are. */
  learnAll(): void {
    this.#listing ??= this.#learnList().finally(() => {
      this.#listing = undefined
    })
  }

  /** The container named by a request that has begun and is not carried out yet. */
  async containerAhead(named: string): Promise<KnownContainer | undefined> {
    return this.#ahead(await this.containers.peek(named)) ?? this.known.find(named)
  }

  /** The container of the command that such a request names. */
  async containerOfExecAhead(execId: string): Promise<KnownContainer | undefined> {
    return this.known.ofCommand(execId) ?? this.#ahead(await this.execs.peek(execId))
  }

  /** The image that such a request names; undefined when the daemon does not know it. */
  async imageAhead(named: string): Promise<NamedImage | undefined> {
    return namedImage(named, await this.images.peek(named))
  }

  /** The container that a request named, at its end. */
  async container(named: string): Promise<KnownContainer | undefined> {
    const answer = await this.containers.end(named)
    if (answer !== undefined) return await this.#learn(answer)
    if (this.known.find(named) === undefined) await this.#listing
    return this.known.find(named)
  }

  /** The container of the command that a request named, at the end of the request. */
  async containerOfExec(execId: string): Promise<KnownContainer | undefined> {
    const known = this.known.ofCommand(execId)
    if (known !== undefined) return known
    const answer = await this.execs.end(execId)
    return answer === undefined ? undefined : await this.#learn(answer)
  }

  /** A container as it is now; the daemon's answer overrides what the request states. */
  async containerNow(stated: KnownContainer): Promise<KnownContainer> {
    const answer = await this.containers.answer(stated.id)
    return answer === undefined ? this.known.learn(stated) : await this.#learn(answer)
  }

  /** The image that a request named, at its end; undefined when the daemon does not know it. */
  async image(named: string): Promise<NamedImage | undefined> {
    return namedImage(named, await this.images.end(named))
  }

  /**
   * Stores nothing: the end of the request does, so that changes apply in the order of the ends.
   */
  #ahead(information: ContainerInformation | undefined): KnownContainer | undefined {
    if (information === undefined) return undefined
    const stated = knownOf(information)
    return { ...stated, imageName: stated.imageName ?? this.known.find(stated.id)?.imageName }
  }

  async #learn(information: ContainerInformation): Promise<KnownContainer> {
    const { image, imageId } = information
    const known = this.known.learn(knownOf(information))
    if (known.imageName !== undefined || !isIdBeginning(image, imageId)) return known
    const names = (await this.images.answer(imageId))?.names ?? []
    return this.known.learn({ ...known, imageName: nameOfImage(image, names) })
  }

  async #learnList(): Promise<void> {
    try {
      const all = await this.#engine?.containers(AbortSignal.timeout(LIST_MS_MAX))
      for (const one of all ?? []) this.known.learn(knownOf(one))
    } catch {
      // Each container is queried when a request names it.
    }
  }
}

/** Whether a text matches the beginning of an id; it may be a name all the same. */
export function isIdBeginning(text: string, id: string): boolean {
  const digits = DIGITS.exec(text)?.[1]
  return digits !== undefined && plainId(id).startsWith(digits)
}

/** Whether a text may be the beginning of an id. */
export function mayBeId(text: string): boolean {
  return DIGITS.test(text)
}

function namedImage(
  named: string,
  answer: { readonly id: string; readonly names: readonly string[] } | undefined,
): NamedImage | undefined {
  if (answer === undefined) return undefined
  const { id, names } = answer
  return { id, name: isIdBeginning(named, id) ? nameOfImage(named, names) : named }
}

function plainId(id: string): string {
  return id.replace(/^sha256:/, '')
}

function knownOf({ id, name, image, imageId }: ContainerInformation): KnownContainer {
  const imageName = isIdBeginning(image, imageId) ? undefined : image
  return {
    id,
    name: name || undefined,
    image: image || undefined,
    imageName: imageName || undefined,
  }
}

/** The name of an image that was named by the beginning of its id, unless that is also its name. */
function nameOfImage(stated: string, names: readonly string[]): string | undefined {
  if (names.some((name) => name === stated || name === `${stated}:latest`)) return stated
  return names.length === 1 ? names[0] : undefined
}
