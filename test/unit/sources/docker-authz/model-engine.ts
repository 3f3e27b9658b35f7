import type { ContainerInformation } from '../../../../src/core/container-engine.ts'
import type { EngineDirectory } from '../../../../src/sources/docker-authz/names/engine-directory.ts'

/** A daemon that finds what is named as Docker does: by id, by name, by a beginning of one id. */
export class ModelEngine implements EngineDirectory {
  /** What it was asked, in order; `all` for the list of containers. */
  readonly asked: string[] = []
  /** Ids of containers by their names. */
  readonly byName = new Map<string, string>()
  /** What each container's image is called in the inspection; `team/app:1` unless it is here. */
  readonly imageOf = new Map<string, string>()
  readonly images = new Map<string, readonly string[]>()
  readonly networks = new Map<string, string>()
  readonly execs = new Map<string, string>()
  isAnswering = true

  async containers() {
    this.asked.push('all')
    return [...this.byName.keys()].flatMap((name) => this.#information(name) ?? [])
  }

  async container(named: string) {
    this.asked.push(named)
    const name = find(named.replace(/^\//, ''), this.byName)
    return name === undefined ? undefined : this.#information(name)
  }

  async image(named: string) {
    this.asked.push(named)
    const digits = named.replace(/^sha256:/, '')
    const all = [...this.images].map(([id, names]) => ({ id, names }))
    const begun = all.filter(({ id }) => id.replace(/^sha256:/, '').startsWith(digits))
    return all.find(({ names }) => names.includes(named)) ?? (begun[1] ? undefined : begun[0])
  }

  async network(named: string) {
    this.asked.push(named)
    const name = find(named, this.networks)
    const id = name === undefined ? undefined : this.networks.get(name)
    return name === undefined || id === undefined ? undefined : { id, name }
  }

  async containerOfExec(execId: string) {
    this.asked.push(execId)
    return this.execs.get(execId)
  }

  #information(name: string): ContainerInformation | undefined {
    if (!this.isAnswering) throw new Error('the engine does not answer')
    const id = this.byName.get(name)
    if (id === undefined) return undefined
    const image = this.imageOf.get(id) ?? 'team/app:1'
    const rest = { imageId: IMAGE_ID, state: '', running: true, networkMode: '' }
    const lists = { addresses: [], ports: [], labels: {} }
    return { id, name, image, ...rest, ...lists }
  }
}

/** The id of the image that every container of a model was made from. */
export const IMAGE_ID = `sha256:${'0e04'.repeat(16)}`

/** The name of what is named by its id, its name, or the beginning of one id alone. */
function find(named: string, ids: ReadonlyMap<string, string>): string | undefined {
  const entries = [...ids]
  const [whole] = entries.find(([, id]) => id === named) ?? []
  if (whole !== undefined || ids.has(named)) return whole ?? named
  const begun = entries.filter(([, id]) => id.startsWith(named))
  return begun.length === 1 ? begun[0]?.[0] : undefined
}
