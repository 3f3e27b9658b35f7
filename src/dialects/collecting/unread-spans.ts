import { VendorError } from './vendor-error.ts'

/**
 * Parts of a log that could not be read although the vendor's server answers. Once a later part can
 * be read, they are lost and stored as gaps. Until then the whole server may have a problem, and
 * the next run reads them again.
 */
export class UnreadSpans<Span> {
  #spans: { readonly span: Span; readonly error: VendorError }[] = []

  get isEmpty(): boolean {
    return this.#spans.length === 0
  }

  /** @throws the error itself, when it does not concern a single answer. */
  add(span: Span, error: unknown): void {
    if (!isUseless(error)) throw error
    this.#spans.push({ span, error })
  }

  /** To be called after something was read. */
  async settle(storeGap: (span: Span, reason: string) => Promise<void>): Promise<void> {
    const spans = this.#spans
    this.#spans = []
    for (const { span, error } of spans) await storeGap(span, error.message)
  }

  /** @throws VendorError of the first part, when nothing was read after it. */
  throwIfAny(): void {
    const [first] = this.#spans
    if (first !== undefined) throw first.error
  }
}

/** Whether a vendor's server answers, and only one of its answers is unusable. */
export function isUseless(error: unknown): error is VendorError {
  return error instanceof VendorError && error.isUseless
}
