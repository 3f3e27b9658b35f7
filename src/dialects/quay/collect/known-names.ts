import type { PlacedEntry } from './collected-log.ts'

/** Most names of one sort that are remembered of one namespace. */
const NAMES_MAX = 500

interface Names {
  readonly performers: Set<string>
  readonly repositories: Set<string>
}

/** The names that the entries of a log have shown, by which the log can be read in parts. */
export class KnownNames {
  readonly #namespaces = new Map<string, Names>()

  add(entries: readonly PlacedEntry[]): this {
    for (const { entry, namespace } of entries) {
      if (namespace === undefined) continue
      const names = this.#namespaces.get(namespace) ?? {
        performers: new Set<string>(),
        repositories: new Set<string>(),
      }
      const { repo } = entry.metadata
      if (entry.performer !== undefined) remember(names.performers, entry.performer.name)
      if (typeof repo === 'string' && repo !== '') remember(names.repositories, repo)
      this.#namespaces.set(namespace, names)
    }
    return this
  }

  get namespaces(): readonly string[] {
    return [...this.#namespaces.keys()]
  }

  performersOf(namespace: string): readonly string[] {
    return [...(this.#namespaces.get(namespace)?.performers ?? [])]
  }

  repositoriesOf(namespace: string): readonly string[] {
    return [...(this.#namespaces.get(namespace)?.repositories ?? [])]
  }
}

function remember(names: Set<string>, name: string): void {
  if (names.size < NAMES_MAX) names.add(name)
}
