import type { JsonObject } from '../../../core/event/event.ts'
import type { EventReader } from '../../../core/query/query.ts'
import { askerOf } from '../../../core/turns/asker.ts'
import type { Caller } from '../credentials.ts'
import { unknownContainer } from '../errors.ts'
import type { WaitParameters } from '../parameters.ts'
import { visibilityOf } from '../selection.ts'
import type { ContainerView } from './container-view.ts'
import type { ContainerQuery, Containers } from './containers.ts'
import { SharedLooks } from './shared-looks.ts'
import type { Place, WaitingRoom } from './waiting-room.ts'

/** What a wait is for, and what ends it early. */
interface Waiting extends Pick<WaitParameters, 'state' | 'durationMs'> {
  readonly query: ContainerQuery
  readonly signal: AbortSignal
}

/** Waits for states of containers. */
export class StateWaits {
  readonly #looks: SharedLooks
  readonly #measurings: SharedLooks
  readonly #room: WaitingRoom
  readonly #closing = new AbortController()

  constructor(containers: Pick<Containers, 'find'>, events: EventReader, room: WaitingRoom) {
    this.#looks = new SharedLooks(containers, {
      events,
      usage: 'unmeasured',
      signal: new AbortController().signal,
    })
    this.#measurings = new SharedLooks(containers, {
      events,
      usage: 'measured',
      signal: this.#closing.signal,
    })
    this.#room = room
  }

  /** Answers all requests as if their time was over; none waits or measures from then on. */
  close(): void {
    this.#room.close()
    this.#closing.abort()
  }

  /**
   * `GET /event/wait`: what is known of a container once it is in the state, or when the time is
   * over, which is no error: the caller compares.
   *
   * @param signal ends the wait early, as if its time was over.
   * @throws ApiError 404 when there is no such container or it is destroyed meanwhile, 503 when
   * too many wait; Fault `request.too-many` when too many of this caller or its tenant do.
   */
  async wait(caller: Caller, parameters: WaitParameters, signal: AbortSignal): Promise<JsonObject> {
    const { type, container, state } = parameters
    const { tenants } = visibilityOf(caller)
    const asker = askerOf(caller.principal)
    const place = this.#room.enter({ asker, tenants, type, name: container, state })
    try {
      const query = { caller, type, name: container }
      const view = await this.#looks.look(query)
      if (view === undefined) throw unknownContainer(container)
      if (view.state === state) return view.json
      return await this.#waited(place, { ...parameters, query, signal })
    } finally {
      place.leave()
    }
  }

  async #waited(place: Place, { query, state, durationMs, signal }: Waiting): Promise<JsonObject> {
    // An answer waits for no usage; it has what was measured since the wait began.
    let measured: ContainerView | undefined
    const measuring = this.#measurings.look(query).then((view) => {
      measured = view
    })
    measuring.catch(() => undefined)
    const endMs = performance.now() + durationMs
    for (;;) {
      const ending = await place.ending(Math.max(endMs - performance.now(), 0), signal)
      // Its client went away: the answer has no reader.
      if (signal.aborted) return {}
      const view = ending.kind === 'gone' ? undefined : await this.#looks.look(query)
      if (view === undefined) throw unknownContainer(query.name)
      if (ending.kind === 'over' || view.state === state) {
        return measured?.state === view.state ? measured.json : view.json
      }
      // An event says so. An engine that says otherwise has the later word: the container is
      // already in another state again. Events alone may have been told out of order.
      if (!view.isLive) return { ...view.json, state }
    }
  }
}
