import { VendorError } from './vendor-error.ts'

/**
 * Parts of a log of which nothing could be read, though the vendor's server is there. Once a later
 * part can be read they are lost, and kept as gaps; until then the server may be out of order as a
 * whole, and the next run reads them again.
 */
export class UnreadSpans<Span> {
  #spans: { readonly span: Span; readonly error: VendorError }[] = []

  get isEmpty(): boolean {
    return this.#spans.length === 0
  }

  /** @throws error itself, when it is not about one answer. */
  add(span: Span, error: unknown): void {
    if (!isUseless(error)) throw error
    this.#spans.push({ span, error })
  }

  /** To be called when something was read. */
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

/** Whether a vendor's server is there, and only one answer of it cannot be used. */
export function isUseless(error: unknown): error is VendorError {
  return error instanceof VendorError && error.isUseless
}
