import type { ApiDescription } from '../../dialects/api/api-description.ts'

/** Answers that many operations of an API have: a document says each of them once. */
export class SharedAnswers {
  readonly #answers = new Map<string, object>()

  /** What stands for an answer in the document: a reference, or the answer when it is special. */
  shared(api: ApiDescription, status: string, answer: object): object {
    const name = `${api.tag.name.replaceAll(' ', '')}${status}`
    const known = this.#answers.get(name) ?? answer
    if (JSON.stringify(known) !== JSON.stringify(answer)) return answer
    this.#answers.set(name, known)
    return { $ref: `#/components/responses/${name}` }
  }

  /** All that are referred to, by name. */
  get all(): Readonly<Record<string, object>> {
    return Object.fromEntries([...this.#answers].sort(([one], [other]) => (one < other ? -1 : 1)))
  }
}
