import { isMembers } from '../../core/json/json.ts'

/**
 * The schemas of a document as it shows them. The member `documented` has keywords that the code
 * checks itself, since it refuses with better words than a validator; here they stand with the
 * rest.
 *
 * Each schema is written once: one with a `title` is replaced by a reference to
 * `#/components/schemas/TITLE`, which is also what generated clients call it.
 */
export class SharedSchemas {
  readonly #schemas = new Map<string, unknown>()

  /** What stands for a schema in the document. */
  shared(schema: unknown): unknown {
    if (Array.isArray(schema)) return schema.map((item) => this.shared(item))
    if (!isMembers(schema)) return schema
    const { documented, ...checked } = schema
    if (isMembers(documented)) return this.shared({ ...checked, ...documented })
    const title = schema['title']
    if (typeof title !== 'string') return this.#withSharedParts(schema)
    if (!this.#schemas.has(title)) {
      // Before its parts, so that one that contains itself ends.
      this.#schemas.set(title, undefined)
      this.#schemas.set(title, this.#withSharedParts(schema))
    }
    return { $ref: `#/components/schemas/${title}` }
  }

  /** All that have a title, by it. */
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

/** Keywords whose values are values, not schemas. */
const LITERAL_KEYWORDS: readonly string[] = ['examples', 'default', 'const', 'enum', 'required']
