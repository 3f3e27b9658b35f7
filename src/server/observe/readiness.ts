import { inTime } from '../../core/time/in-time.ts'

/** Longest wait for a probe's answer, ms. */
const PROBE_MS_MAX = 2_000
/** How long the outcome of a write probe holds, ms: a load balancer may ask many times a second. */
const WRITE_PROBE_HOLDS_MS = 5_000
/** How long after events could not be stored the server is not ready, ms. */
const REFUSAL_HOLDS_MS = 10_000

/** Whether events are taken, and questions answered. */
interface ServerState {
  /** Why no events are taken, as a short text for people; undefined while they are. */
  readonly obstacle: string | undefined
  /** Whether questions are answered: without its store an instance still takes events. */
  readonly areReadsAvailable: boolean
}

/** Whether events are taken and questions answered: what `/readyz` tells a load balancer. */
export interface Readiness {
  state(): Promise<ServerState>
  readonly started: () => void
  readonly stopping: () => void
}

/** What readiness is decided by. */
export interface ReadinessProbes {
  /** Resolves when the store answers a question, rejects when it does not. */
  read(): Promise<unknown>
  /** Resolves when the store took a small write, rejects when it did not. */
  write(): Promise<unknown>
  /** Why stored data cannot be read; undefined while all of it can. */
  damage(): string | undefined
  /** Whether the journal has room for more events. */
  hasRoom(): boolean
  /** When the disk last refused events, ms as of `performance.now`; undefined when it takes any. */
  refusedAtMs(): number | undefined
  /** Whether the store lacks events that were accepted, and takes none. */
  isIndexFailing(): boolean
  /** Why the ledger takes no events by itself; undefined when it does. */
  readOnly(): string | undefined
  /** Whether an acknowledgement rests on the store too. */
  readonly needsStore: boolean
}

/** The readiness of one server. */
export function createReadiness(probes: ReadinessProbes): Readiness {
  let phase: 'starting' | 'serving' | 'stopping' = 'starting'
  const writes = held(() => answers(() => probes.write()), WRITE_PROBE_HOLDS_MS)
  const journalObstacle = () => {
    const refusedAtMs = probes.refusedAtMs() ?? Number.NEGATIVE_INFINITY
    const isRefusing = performance.now() - refusedAtMs < REFUSAL_HOLDS_MS
    if (probes.readOnly() !== undefined) return 'the ledger takes no events'
    if (isRefusing) return 'the journal takes no events'
    return probes.hasRoom() ? undefined : 'the journal is full'
  }
  const storeObstacle = async () => {
    if (!(await answers(() => probes.read()))) return 'the store does not answer'
    const takesEvents = !probes.isIndexFailing() && (await writes())
    return takesEvents ? undefined : 'the store takes no events'
  }
  return {
    async state() {
      const earlier = phase === 'serving' ? (probes.damage() ?? journalObstacle()) : phase
      if (earlier !== undefined) return { obstacle: earlier, areReadsAvailable: false }
      if (probes.needsStore) {
        const obstacle = await storeObstacle()
        return { obstacle, areReadsAvailable: obstacle === undefined }
      }
      const areReadsAvailable = !probes.isIndexFailing() && (await answers(() => probes.read()))
      return { obstacle: undefined, areReadsAvailable }
    },
    started() {
      phase = 'serving'
    },
    stopping() {
      phase = 'stopping'
    },
  }
}

/** Asks once for all callers that come within `holdsMs`. */
function held<Answer>(ask: () => Promise<Answer>, holdsMs: number): () => Promise<Answer> {
  let latest: { readonly answer: Promise<Answer>; readonly sinceMs: number } | undefined
  return () => {
    const nowMs = performance.now()
    if (latest === undefined || nowMs - latest.sinceMs >= holdsMs) {
      latest = { answer: ask(), sinceMs: nowMs }
    }
    return latest.answer
  }
}

async function answers(probe: () => Promise<unknown>): Promise<boolean> {
  const answered = probe().then(
    () => true,
    () => false,
  )
  return (await inTime(answered, PROBE_MS_MAX)) === true
}
