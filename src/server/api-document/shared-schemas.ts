import { isMembers } from '../../core/json/json.ts'

/**
 * The schemas of a document. The member `documented` has keywords that the code validates itself,
 * to give better messages than a validator; here they are merged with the others.
 *
 * Each schema appears once: one with a `title` is replaced by a reference to
 * `#/components/schemas/TITLE`, which generated clients use as its name.
 */
export class SharedSchemas {
  readonly #schemas = new Map<string, unknown>()

  /** Represents a schema in the document. */
  shared(schema: unknown): unknown {
    if (Array.isArray(schema)) return schema.map((item) => this.shared(item))
    if (!isMembers(schema)) return schema
    const { documented, ...checked } = schema
    if (isMembers(documented)) return this.shared({ ...checked, ...documented })
    const title = schema['title']
    if (typeof title !== 'string') return this.#withSharedParts(schema)
    if (!this.#schemas.has(title)) {
      // Set before its parts are visited, so that a recursive schema ends.
      this.#schemas.set(title, undefined)
      this.#schemas.set(title, this.#withSharedParts(schema))
    }
    return { $ref: `#/components/schemas/${title}` }
  }

  /** All schemas with a title, by title. */
  get all(): Readonly<Record<string, unknown>> {
    return Object.fromEntries([...this.#schemas].sort(([one], [other]) => (one < other ? -1 : 1)))
  }

  #withSharedParts(schema: Readonly<Record<string, unknown>>): unknown {
    return Object.fromEntries(
      Object.entries(schema).map(([keyword, value]) => [
        keyword,
        LITERAL_KEYWORDS.includes(keyword) ? value : this.shared(value),
      ]),
    )
  }
}

/** Keywords whose values are literal, not schemas. */
const LITERAL_KEYWORDS: readonly string[] = ['examples', 'default', 'const', 'enum', 'required']
