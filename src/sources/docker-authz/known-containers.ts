import type { ContainerEngine } from '../../core/container-engine.ts'

/** Most containers that are known at once; of more the longest known is forgotten. */
export const KNOWN_MAX = 10_000
/** Most commands whose container is known at once. */
const KNOWN_COMMANDS_MAX = 10_000
/** Questions that the engine is asked at once; what more there is to ask is not asked. */
const QUESTIONS_MAX = 16
/** Longest wait for the answer to one, in milliseconds. */
const QUESTION_MS_MAX = 5_000
/** Fewest digits by which a container is known: fewer may mean one that is not known. */
const ID_DIGITS_MIN = 12

/** Stands for every container among the names that the engine is asked for. */
const ALL = ''

const WHOLE_ID = /^[0-9a-f]{64}$/
const ID_BEGINNING = /^[0-9a-f]+$/

/** A container as far as it is known. */
export interface KnownContainer {
  /** 64 hexadecimal digits. */
  readonly id: string
  readonly name?: string | undefined
  /** What it was made of, as whoever made it wrote it. */
  readonly image?: string | undefined
}

/**
 * Which containers the names in requests mean: an engine's own events know a container by its id,
 * and so do the events of who asked for them. Names are known from requests that made containers
 * and, when there is an engine to ask, from that.
 */
export class KnownContainers {
  readonly #engine: ContainerEngine | undefined
  readonly #byId = new Map<string, KnownContainer>()
  readonly #idByName = new Map<string, string>()
  readonly #idByCommand = new Map<string, string>()
  readonly #questions = new Map<string, Promise<void>>()

  constructor(engine: ContainerEngine | undefined) {
    this.#engine = engine
  }

  /** The container that a request names: by its id, by its name, or by the beginning of its id. */
  find(named: string): KnownContainer | undefined {
    const id = WHOLE_ID.test(named) ? named : this.#idByName.get(plainName(named))
    const found = id ?? this.#idOfBeginning(named)
    if (found === undefined) return undefined
    return this.#byId.get(found) ?? { id: found }
  }

  /** What is known of a container from now on; of one that was known before, its new name. */
  learn(container: KnownContainer): void {
    const { id } = container
    if (!WHOLE_ID.test(id)) return
    const { name = this.#byId.get(id)?.name, image = this.#byId.get(id)?.image } = container
    const known = { id, name: name && plainName(name), image }
    this.forget(id)
    this.#byId.set(id, known)
    if (known.name !== undefined) this.#idByName.set(known.name, id)
    const [oldest] = this.#byId.keys()
    if (this.#byId.size > KNOWN_MAX && oldest !== undefined) this.forget(oldest)
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
    const [oldest] = this.#idByCommand.keys()
    if (this.#idByCommand.size > KNOWN_COMMANDS_MAX && oldest !== undefined) {
      this.#idByCommand.delete(oldest)
    }
  }

  /** The container of a command that was seen being created. */
  ofCommand(command: string): KnownContainer | undefined {
    const id = this.#idByCommand.get(command)
    return id === undefined ? undefined : this.find(id)
  }

  /** Begins to ask the engine for all of its containers. */
  askForAll(): void {
    this.#ask(ALL, async (engine, signal) => {
      for (const container of await engine.containers(signal)) this.#learnAnswer(container)
    })
  }

  /** Begins to ask the engine what a name means. */
  askFor(named: string): void {
    this.#ask(named, async (engine, signal) => {
      const container = await engine.container(named, signal)
      if (container !== undefined) this.#learnAnswer(container)
    })
  }

  /** Resolves when the engine has answered what it was asked about a name, or has not in time. */
  async answered(named: string): Promise<void> {
    await this.#questions.get(named)
    if (this.find(named) === undefined) await this.#questions.get(ALL)
  }

  #ask(named: string, ask: (engine: ContainerEngine, signal: AbortSignal) => Promise<void>): void {
    const engine = this.#engine
    const isFull = this.#questions.size >= QUESTIONS_MAX
    if (engine === undefined || isFull || this.#questions.has(named)) return
    // An engine that does not answer leaves a name unknown, which the event then says.
    const question = ask(engine, AbortSignal.timeout(QUESTION_MS_MAX))
      .catch(() => undefined)
      .finally(() => this.#questions.delete(named))
    this.#questions.set(named, question)
  }

  /** What an engine does not say is an empty text. */
  #learnAnswer({ id, name, image }: KnownContainer): void {
    this.learn({ id, name: name || undefined, image: image || undefined })
  }

  #idOfBeginning(named: string): string | undefined {
    if (named.length < ID_DIGITS_MIN || !ID_BEGINNING.test(named)) return undefined
    const found = [...this.#byId.keys()].filter((id) => id.startsWith(named))
    return found.length === 1 ? found[0] : undefined
  }
}

/** Docker writes a slash in front, and takes one. */
function plainName(name: string): string {
  return name.replace(/^\//, '')
}
