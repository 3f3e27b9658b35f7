import { useCallback, useEffect, useRef, useState } from 'react'
import { readPage } from '../api/search-requests.ts'
import type { Term } from '../search/term.ts'
import { type FollowListener, followEvents } from './follow-events.ts'
import { continued, EMPTY_BUFFER, type LiveBuffer, withArrival, withPast } from './live-buffer.ts'

/** The live view: its events, and how the connection is. */
export interface LiveEventsState {
  readonly buffer: LiveBuffer
  readonly connection: 'connecting' | 'connected' | 'interrupted'
  /** Why the view lost its place, if it did. */
  readonly resets: readonly string[]
  readonly error: unknown
  readonly pause: (isPaused: boolean) => void
}

/** Follows the events of a search while the component is there. */
export function useLiveEvents(terms: readonly Term[]): LiveEventsState {
  const [buffer, setBuffer] = useState(EMPTY_BUFFER)
  const [connection, setConnection] = useState<LiveEventsState['connection']>('connecting')
  const [resets, setResets] = useState<readonly string[]>([])
  const [error, setError] = useState<unknown>(null)
  const isPaused = useRef(false)
  const text = JSON.stringify(terms)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text is what they depend on
  useEffect(() => {
    const ended = new AbortController()
    const { signal } = ended
    let hasPast = false
    const fail = (reason: unknown) => signal.aborted || setError(reason)
    const addPast = async (position: number) => {
      const period = {}
      const search = { terms, period, order: 'newest' } as const
      const { events } = await readPage(search, undefined, signal)
      if (!signal.aborted) setBuffer((now) => withPast(now, events, position))
    }
    const listener: FollowListener = {
      onArrival: (arrival) => {
        if (signal.aborted) return
        setBuffer((now) => withArrival(now, arrival, isPaused.current))
        // The stream has begun: what is older is read once, up to where it began.
        if (!hasPast)
          addPast(arrival.events[0] ? arrival.events[0].seq - 1 : arrival.position).catch(fail)
        hasPast = true
      },
      onState: (state) => signal.aborted || setConnection(state),
      onReset: (reason) => {
        setBuffer((now) => ({ ...now, position: undefined }))
        setResets((now) => [...now, reason])
      },
    }
    setBuffer(EMPTY_BUFFER)
    setResets([])
    setError(null)
    followEvents(terms, listener, signal).catch(fail)
    return () => ended.abort()
  }, [text])
  const pause = useCallback((isNowPaused: boolean) => {
    if (isPaused.current === isNowPaused) return
    isPaused.current = isNowPaused
    if (!isNowPaused) setBuffer(continued)
  }, [])
  return { buffer, connection, resets, error, pause }
}
