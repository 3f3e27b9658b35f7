import { setTimeout as delay } from 'node:timers/promises'

const POLL_MS = 50

export interface EventuallyOptions {
  /** What is waited for, to name it when it does not come. */
  readonly what: string
  /** Default 30 seconds. */
  readonly deadlineMs?: number
}

/**
 * Asks again and again until `accept` holds for what `look` sees, and answers that. At the deadline
 * it fails with what was seen last. An error of `look` counts as not there yet.
 */
export async function eventually<Seen>(
  look: () => Promise<Seen>,
  accept: (seen: Seen) => boolean,
  { what, deadlineMs = 30_000 }: EventuallyOptions,
): Promise<Seen> {
  const deadline = performance.now() + deadlineMs
  for (;;) {
    const seen = await look().catch((error: unknown) => new NotYet(error))
    if (!(seen instanceof NotYet) && accept(seen)) return seen
    if (performance.now() > deadline) throw new Error(`${what}: still not, but ${describe(seen)}`)
    await delay(POLL_MS)
  }
}

class NotYet {
  readonly error: unknown

  constructor(error: unknown) {
    this.error = error
  }
}

function describe(seen: unknown): string {
  if (seen instanceof NotYet) return String(seen.error)
  return (JSON.stringify(seen, null, 1) ?? 'undefined').slice(0, 8000)
}
