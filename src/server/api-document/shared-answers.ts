import type { ApiDescription } from '../../dialects/api/api-description.ts'

/** Answers that many operations share; the document contains each of them once. */
export class SharedAnswers {
  readonly #answers = new Map<string, object>()

  /** Represents an answer in the document: a reference, or the answer itself when it differs. */
  shared(api: ApiDescription, status: string, answer: object): object {
    const name = `${api.tag.name.replaceAll(' ', '')}${status}`
    const known = this.#answers.get(name) ?? answer
    if (JSON.stringify(known) !== JSON.stringify(answer)) return answer
    this.#answers.set(name, known)
    return { $ref: `#/components/responses/${name}` }
  }

  /** All answers that are referenced, by name. */
  get all(): Readonly<Record<string, object>> {
    return Object.fromEntries([...this.#answers].sort(([one], [other]) => (one < other ? -1 : 1)))
  }
}
