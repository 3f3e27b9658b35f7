import type { FastifyBaseLogger } from 'fastify'
import type { RecordStore } from '../access/record-store.ts'
import { Fault } from '../core/errors.ts'
import type { JsonObject } from '../core/event.ts'
import { doubling, repeat } from '../core/retry.ts'
import type { DialectContext } from '../dialects/dialect.ts'
import type { SourceGap, Watch, WatchedSource } from '../sources/watched-source.ts'
import type { BackgroundTask, TaskServices } from './background-task.ts'
import { gapEvent } from './source-gap.ts'
import { takeIn } from './source-intake.ts'

/** Pause before a source is connected to again, in ms; it doubles with every failure. */
const PAUSE_MS_MIN = 500
/** Longest pause before a source is connected to again, in ms. */
const PAUSE_MS_MAX = 30_000
/** How long a new position waits to be kept, in ms: a crash makes so much be read again. */
const POSITION_LAG_MS = 1000

const POSITION_RECORD_KIND = 'watched-source-position'

/** What following a source needs of what a background task may use. */
export interface FollowServices extends Pick<TaskServices, 'metrics'> {
  readonly context: Pick<DialectContext, 'ledger' | 'audit' | 'records' | 'clock' | 'defaultTenant'>
  readonly log: Pick<FastifyBaseLogger, 'warn'>
}

/** Follows a source for as long as the server runs. */
export function watchedSourceTask(source: WatchedSource): BackgroundTask {
  return {
    name: `source ${source.kind}/${source.name}`,
    run: (services, signal) => followSource(source, services, signal),
  }
}

/**
 * Connects to a source again and again, each time going on where it was read to, in this process
 * or an earlier one. Resolves when the signal aborts, with the position kept.
 */
export async function followSource(
  source: WatchedSource,
  services: FollowServices,
  signal: AbortSignal,
): Promise<void> {
  const keeper = new PositionKeeper(source, services)
  const run = new WatchedRun(source, services, keeper)
  const connect = async (failuresBefore: number) => {
    let failures = 0
    try {
      await run.watchOnce(signal)
    } catch (error) {
      if (!signal.aborted) {
        failures = run.hasStored ? 1 : failuresBefore + 1
        const told = { ...reasonOf(error), source: `${source.kind}/${source.name}`, failures }
        services.log.warn(told, 'a source was lost; it is connected to again')
      }
    }
    await keeper.save()
    return failures
  }
  const backOff = doubling(PAUSE_MS_MIN, PAUSE_MS_MAX)
  await repeat(connect, (failures) => backOff(Math.max(1, failures)), signal)
  await keeper.save()
}

/** An engine that is down is everyday trouble: its reason says all, a stack would hide it. */
function reasonOf(error: unknown): { readonly reason: string } | { readonly err: unknown } {
  if (!(error instanceof Fault)) return { err: error }
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : ''
  return { reason: `${error.message}${cause}` }
}

/** The connections to one source, one after the other. */
class WatchedRun {
  readonly #source: WatchedSource
  readonly #services: FollowServices
  readonly #keeper: PositionKeeper
  #hasStored = false

  constructor(source: WatchedSource, services: FollowServices, keeper: PositionKeeper) {
    this.#source = source
    this.#services = services
    this.#keeper = keeper
  }

  /** Whether the last connection got as far as storing something. */
  get hasStored(): boolean {
    return this.#hasStored
  }

  async watchOnce(signal: AbortSignal): Promise<void> {
    this.#hasStored = false
    const position = await this.#keeper.load()
    await this.#source.watch({
      position,
      signal,
      store: (translation) => this.#store(translation),
      moveTo: (next) => this.#keeper.moveTo(next),
      gap: (gap) => this.#recordGap(gap),
    })
  }

  async #store(translation: Parameters<Watch['store']>[0]): Promise<void> {
    const { context, metrics } = this.#services
    const { kind, name } = this.#source
    const reception = {
      receivedMicros: context.clock(),
      tenant: this.#tenant,
      anyTenant: false,
      source: { kind, name },
    }
    await takeIn(translation, reception, { append: context.ledger.append, metrics })
    this.#hasStored = true
  }

  async #recordGap(gap: SourceGap): Promise<void> {
    const { kind, name } = this.#source
    await this.#services.context.audit.record({
      ...gapEvent(this.#source, gap),
      tenant: this.#tenant,
      // Found again by the next connection when it could not be recorded.
      eventId: `gap ${kind}/${name} ${gap.from} ${gap.to}`,
    })
  }

  get #tenant(): string {
    return this.#source.tenant ?? this.#services.context.defaultTenant
  }
}

/** Keeps how far a source was read, a little late, so that not every event writes a record. */
class PositionKeeper {
  readonly #id: string
  readonly #services: FollowServices
  #position: JsonObject | undefined
  #isLoaded = false
  #isSaved = true
  #timer: NodeJS.Timeout | undefined
  /** The writes one after the other: an earlier position must not overtake a later one. */
  #writing: Promise<void> = Promise.resolve()

  constructor({ kind, name }: WatchedSource, services: FollowServices) {
    this.#id = `${kind}/${name}`
    this.#services = services
  }

  async load(): Promise<JsonObject | undefined> {
    if (!this.#isLoaded) {
      const records = await this.#records.load(POSITION_RECORD_KIND)
      this.#position = records.find(({ id }) => id === this.#id)?.body
      this.#isLoaded = true
    }
    return this.#position
  }

  moveTo(position: JsonObject): void {
    this.#position = position
    this.#isSaved = false
    this.#timer ??= setTimeout(() => void this.save(), POSITION_LAG_MS)
  }

  /** Writes the position if it moved. A failure is logged: a later write makes up for it. */
  save(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#writing = this.#writing.then(() => this.#write())
    return this.#writing
  }

  async #write(): Promise<void> {
    if (this.#isSaved || this.#position === undefined) return
    this.#isSaved = true
    try {
      const body = this.#position
      await this.#records.put({ kind: POSITION_RECORD_KIND, id: this.#id, body })
    } catch (error) {
      this.#isSaved = false
      this.#services.log.warn({ err: error, source: this.#id }, 'a position could not be kept')
    }
  }

  get #records(): RecordStore {
    return this.#services.context.records
  }
}
