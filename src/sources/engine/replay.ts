import type { Watch } from '../watched-source.ts'
import type { LinesRead } from './client/read-lines.ts'
import type { Position } from './position.ts'
import { timeOf } from './translate.ts'

/** Events that Docker keeps, of all types together; this is not configurable. */
const DOCKER_EVENTS_KEPT = 256

/** Longest time that an engine has to replay its events, in milliseconds. */
const REPLAY_MS_MAX = 60_000

/** What a replay needs. */
export interface ReplayOptions {
  /** The event that was read last before this connection; undefined at the first one. */
  readonly position: Position | undefined
  /** The time of the engine's clock when the connection was made, ms since the epoch. */
  readonly engineNowMs: number
  readonly watch: Pick<Watch, 'store' | 'gap'>
  /** Whether the engine is known to have run since the position, or keeps events forever. */
  hasRunOn(): boolean
  moveTo(position: Position): void
}

/**
 * The beginning of a connection, when the engine repeats what it has kept since the position and
 * before.
 *
 * An engine replays events in the order in which it kept them. If the last event that was read
 * comes again, nothing after it was lost. If it has not come by the time the engine falls silent,
 * events may be missing: Docker keeps few and loses them when it stops. Events are stored as they
 * come, but the position moves only once a possible gap has been recorded, so that a crash repeats
 * the check.
 *
 * If the engine had no event before, none can come again. Events may then be missing unless the
 * engine is known to have run all the time.
 */
export class Replay {
  readonly #options: ReplayOptions
  readonly #deadline = performance.now() + REPLAY_MS_MAX
  #isOver = false
  #received = 0
  #last: Position | undefined
  /** The first event that is later than the position. */
  #firstLater: Position | undefined

  constructor(options: ReplayOptions) {
    this.#options = options
  }

  /** Stores what was read, and moves the position past it as soon as that is allowed. */
  async take({ translation, positions }: LinesRead): Promise<void> {
    const { position, watch } = this.#options
    if (translation.events.length + translation.deadLetters.length === 0) return
    await watch.store(translation)
    this.#last = positions.at(-1) ?? this.#last
    if (!this.#isOver) this.#compare(positions)
    if (!this.#isOver && (position === undefined || performance.now() > this.#deadline)) {
      await this.end()
    } else if (this.#isOver) this.#move()
  }

  /** Ends the replay: the engine has sent what it kept. */
  async end(): Promise<void> {
    if (this.#isOver) return
    const { position, engineNowMs, watch } = this.#options
    const engineNow: Position = { timeNano: `${Math.floor(engineNowMs)}000000` }
    const isSure =
      position?.eventId === undefined &&
      this.#received < DOCKER_EVENTS_KEPT &&
      this.#options.hasRunOn()
    if (position !== undefined && !isSure) {
      const to = this.#firstLater ?? engineNow
      const reason =
        this.#received >= DOCKER_EVENTS_KEPT
          ? 'the engine had more events than it keeps'
          : 'the engine was restarted or lost its events in another way'
      await watch.gap({ from: timeOf(position.timeNano), to: timeOf(to.timeNano), reason })
    }
    this.#isOver = true
    this.#last ??= engineNow
    this.#move()
  }

  #compare(positions: readonly Position[]): void {
    const { position } = this.#options
    for (const one of positions) {
      this.#received += 1
      if (position === undefined) continue
      if (one.eventId === position.eventId) {
        this.#isOver = true
        return
      }
      if (one.timeNano > position.timeNano) this.#firstLater ??= one
    }
  }

  #move(): void {
    if (this.#last !== undefined) this.#options.moveTo(this.#last)
  }
}
