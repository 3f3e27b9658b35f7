import type { InputValue } from '../../core/json/json-values.ts'
import { CommandError } from '../command-error.ts'
import { type Ask, jsonOf, ServerError } from './server-client.ts'

/** Largest body of one request, in bytes; far below the server's limit. */
export const BODY_BYTES_MAX = 4 * 1024 * 1024

/** How an EventSender forms its batches and where it sends them. */
export interface SenderOptions {
  readonly ask: Ask
  /** Makes batches repeatable: batch n has the key `KEY-n`. */
  readonly idempotencyKey: string
  readonly batchEventsMax: number
  readonly signal?: AbortSignal
  readonly onBatch: (totals: SentTotals) => void
}

/** The events acknowledged so far. */
export interface SentTotals {
  readonly accepted: number
  readonly duplicates: number
  readonly batches: number
}

interface Item {
  readonly text: string
  /** `FILE:LINE`, to name an event that the server rejects. */
  readonly place: string | undefined
}

/**
 * Sends events in batches, one at a time, so that the ledger keeps the order of the input. The same
 * input and batch size give the same keys, so a repeated run stores nothing twice.
 */
export class EventSender {
  #items: Item[] = []
  #bytes = 0
  #totals: SentTotals = { accepted: 0, duplicates: 0, batches: 0 }
  readonly #options: SenderOptions

  constructor(options: SenderOptions) {
    this.#options = options
  }

  get totals(): SentTotals {
    return this.#totals
  }

  /** @param input name of the file, for messages; undefined when there is none. */
  async add({ text, line }: InputValue, input: string | undefined): Promise<void> {
    const bytes = Buffer.byteLength(text) + 1
    if (this.#bytes + bytes > BODY_BYTES_MAX) await this.flush()
    this.#items.push({ text, place: input === undefined ? undefined : `${input}:${line}` })
    this.#bytes += bytes
    if (this.#items.length >= this.#options.batchEventsMax) await this.flush()
  }

  /** Sends what was added since the last batch. */
  async flush(): Promise<void> {
    const items = this.#items
    if (items.length === 0) return
    this.#items = []
    this.#bytes = 0
    const { accepted, duplicates, batches } = this.#totals
    const answer = await this.#send(items, batches + 1)
    this.#totals = {
      accepted: accepted + answer.accepted,
      duplicates: duplicates + answer.duplicates,
      batches: batches + 1,
    }
    this.#options.onBatch(this.#totals)
  }

  async #send(items: readonly Item[], batch: number): Promise<BatchAnswer> {
    try {
      const response = await this.#options.ask({
        method: 'POST',
        path: 'v1/events',
        headers: {
          'Content-Type': 'application/x-ndjson',
          'Idempotency-Key': `${this.#options.idempotencyKey}-${batch}`,
        },
        body: `${items.map(({ text }) => text).join('\n')}\n`,
        signal: this.#options.signal,
      })
      return await batchAnswer(response)
    } catch (error) {
      throw error instanceof ServerError ? withPlaces(error, items) : error
    }
  }
}

/** The same rejection, with lines of the input instead of positions in the batch. */
function withPlaces(error: ServerError, items: readonly Item[]): CommandError {
  const lines = error.problems.map(({ index, path, expected }) => {
    const place = index === undefined ? undefined : items[index]?.place
    return `  ${[place, path].filter(Boolean).join(': ')}: expected ${expected}`
  })
  const [first] = error.message.split('\n', 1)
  return new CommandError([first, ...lines].join('\n'), {
    ending: error.ending,
    cause: error,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  })
}

/** A server's answer to a batch of events. */
export interface BatchAnswer {
  readonly accepted: number
  readonly duplicates: number
}

/** A repeated request gets the first answer again, so its accepted events count as duplicates. */
export async function batchAnswer(response: Response): Promise<BatchAnswer> {
  const answer = await jsonOf(response)
  const accepted = Number(answer['accepted'] ?? 0)
  const duplicates = Number(answer['duplicates'] ?? 0)
  const isReplay = response.headers.get('Idempotency-Replayed') === 'true'
  return isReplay ? { accepted: 0, duplicates: accepted + duplicates } : { accepted, duplicates }
}
