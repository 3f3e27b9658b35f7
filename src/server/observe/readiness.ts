import { inTime } from '../../core/time/in-time.ts'

/** Longest wait for a probe's answer, ms. */
const PROBE_MS_MAX = 2_000
/** How long the result of a write probe is reused, ms, since load balancers may ask often. */
const WRITE_PROBE_HOLDS_MS = 5_000
/** How long the server is not ready after events could not be stored, ms. */
const REFUSAL_HOLDS_MS = 10_000

/** Whether events are accepted and queries answered. */
interface ServerState {
  /** Why no events are accepted, as a short text for people; undefined while they are. */
  readonly obstacle: string | undefined
  /** Whether queries are answered: without its store an instance still accepts events. */
  readonly areReadsAvailable: boolean
}

/** Decides what `/readyz` reports to a load balancer. */
export interface Readiness {
  state(): Promise<ServerState>
  readonly started: () => void
  readonly stopping: () => void
}

/** The probes that readiness depends on. */
export interface ReadinessProbes {
  /** Resolves when the store answers a query, rejects when it does not. */
  read(): Promise<unknown>
  /** Resolves when the store accepts a small write, rejects when it does not. */
  write(): Promise<unknown>
  /** Why stored data cannot be read; undefined while all of it can. */
  damage(): string | undefined
  /** Whether the journal has space for more events. */
  hasRoom(): boolean
  /**
   * When the disk last rejected events, ms as of `performance.now`; undefined when it never did.
   */
  refusedAtMs(): number | undefined
  /** Whether the store lacks accepted events and accepts no more. */
  isIndexFailing(): boolean
  /** Why the ledger is read-only; undefined when it is not. */
  readOnly(): string | undefined
  /** Whether acknowledgements wait for the store too. */
  readonly needsStore: boolean
}

/** The readiness of one server. */
export function createReadiness(probes: ReadinessProbes): Readiness {
  let phase: 'starting' | 'serving' | 'stopping' = 'starting'
  const writes = held(() => answers(() => probes.write()), WRITE_PROBE_HOLDS_MS)
  const journalObstacle = () => {
    const refusedAtMs = probes.refusedAtMs() ?? Number.NEGATIVE_INFINITY
    const isRefusing = performance.now() - refusedAtMs < REFUSAL_HOLDS_MS
    if (probes.readOnly() !== undefined) return 'the ledger is read-only'
    if (isRefusing) return 'the journal accepts no events'
    return probes.hasRoom() ? undefined : 'the journal is full'
  }
  const storeObstacle = async () => {
    if (!(await answers(() => probes.read()))) return 'the store does not answer'
    const takesEvents = !probes.isIndexFailing() && (await writes())
    return takesEvents ? undefined : 'the store accepts no events'
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

/** Shares one probe among all callers within `holdsMs`. */
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
