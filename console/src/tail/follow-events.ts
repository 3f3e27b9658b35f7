import { ApiProblem, problemOf } from '../api/api-problem.ts'
import type { EventJson } from '../api/event.ts'
import { isPassing, pause, pauseBefore } from '../api/request.ts'
import { noteServerTime } from '../api/server-clock.ts'
import { announceSignedOut } from '../api/signed-out.ts'
import { filterParameters } from '../search/search-state.ts'
import type { Term } from '../search/term.ts'
import { type StreamMessage, splitMessages } from './event-stream-text.ts'
import type { Arrival } from './live-buffer.ts'

/** Silence after which a connection counts as broken, ms: the server speaks every 15 s. */
const SILENCE_MS_MAX = 40_000

/** What the connection reports. */
export interface FollowListener {
  readonly onArrival: (arrival: Arrival) => void
  readonly onState: (state: 'connected' | 'interrupted') => void
  /** The ledger is another one, or shorter than it was: the stream starts again from now on. */
  readonly onReset: (reason: string) => void
}

/**
 * Follows the events of a search until it is aborted, over any number of connections: each goes on
 * after the last event that arrived, so that none is left out or comes twice.
 *
 * @throws ApiProblem for an error that a repetition does not fix; DOMException `AbortError`.
 */
export async function followEvents(
  terms: readonly Term[],
  listener: FollowListener,
  signal: AbortSignal,
): Promise<void> {
  const place: Place = { position: undefined, origin: undefined }
  for (let attempt = 0; !signal.aborted; ) {
    try {
      await connection(terms, place, listener, signal)
      attempt = 0
    } catch (error) {
      if (signal.aborted) return
      const problem = error instanceof ApiProblem ? error : new ApiProblem({ status: 0 })
      if (problem.status === 409) {
        listener.onReset(problem.detail ?? problem.title)
        place.position = undefined
        place.origin = undefined
      } else if (!isPassing(problem)) throw problem
      listener.onState('interrupted')
      await pause(pauseBefore(attempt, problem.retryAfterSeconds), signal).catch(() => undefined)
      attempt += 1
    }
  }
}

/** Where the stream is; it outlives a connection. */
interface Place {
  position: number | undefined
  origin: string | undefined
}

async function connection(
  terms: readonly Term[],
  place: Place,
  listener: FollowListener,
  signal: AbortSignal,
): Promise<void> {
  const silence = new AbortController()
  let timer = setTimeout(() => silence.abort(), SILENCE_MS_MAX)
  const either = AbortSignal.any([signal, silence.signal])
  try {
    const response = await open(terms, place, either)
    place.origin = response.headers.get('Waybill-Origin') ?? undefined
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    for (;;) {
      const { done = true, value = '' } = (await reader?.read()) ?? {}
      if (done) return
      clearTimeout(timer)
      timer = setTimeout(() => silence.abort(), SILENCE_MS_MAX)
      const { messages, rest } = splitMessages(text + value)
      text = rest
      listener.onState('connected')
      if (messages.length > 0) listener.onArrival(arrivalOf(messages, place))
    }
  } finally {
    clearTimeout(timer)
  }
}

async function open(
  terms: readonly Term[],
  { position, origin }: Place,
  signal: AbortSignal,
): Promise<Response> {
  const parameters = new URLSearchParams(filterParameters(terms))
  if (position !== undefined && origin !== undefined) parameters.set('origin', origin)
  const response = await fetch(`/v1/events/stream?${parameters}`, {
    headers: position === undefined ? {} : { 'Last-Event-ID': `${position}` },
    credentials: 'same-origin',
    cache: 'no-store',
    signal,
  })
  noteServerTime(response.headers.get('Date'))
  if (response.ok) return response
  const problem = await problemOf(response)
  if (problem.status === 401) announceSignedOut()
  throw problem
}

function arrivalOf(messages: readonly StreamMessage[], place: Place): Arrival {
  const events: EventJson[] = messages
    .filter(({ data }) => data !== '')
    .map(({ data }) => JSON.parse(data))
  const last = messages.findLast(({ id }) => id !== undefined && id !== '')?.id
  const position = last === undefined ? (place.position ?? -1) : Number(last)
  place.position = position
  return { events, position, atMs: Date.now() }
}
