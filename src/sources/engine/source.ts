import type { Watch, WatchedSource } from '../watched-source.ts'
import { type EngineClient, engineClient } from './engine-client.ts'
import { LineSplitter } from './line-splitter.ts'
import { type Position, readPosition, sinceOf } from './position.ts'
import { LINE_BYTES_MAX, readLines } from './read-lines.ts'
import { Replay } from './replay.ts'
import type { EngineSettings } from './settings.ts'

/**
 * How long one connection is kept, in milliseconds. Podman compares `since` with what happens later
 * too, so that a clock that was set back silences it; and a host may vanish without a word. Half of
 * the time that is asked for again, so nothing is missed meanwhile.
 */
const CONNECTION_MS_MAX = 30 * 60_000

/** Silence after which an engine counts as having told everything that it kept, in ms. */
const REPLAY_QUIET_MS = 1000

/**
 * The events of one container engine, Docker or Podman, whoever works with it. See
 * docs/sources/engine.md.
 */
export function engineSource(settings: EngineSettings): WatchedSource {
  const client = engineClient(settings)
  return {
    kind: 'engine',
    name: settings.name,
    tenant: settings.tenant,
    watch: (watch) => watchEngine(client, watch),
  }
}

async function watchEngine(client: EngineClient, watch: Watch): Promise<void> {
  let position = readPosition(watch.position)
  const moveTo = (next: Position) => {
    position = next
    watch.moveTo({ ...next })
  }
  for (let isRenewal = false; ; isRenewal = true) {
    const engineNowMs = await client.clock(watch.signal)
    const since = sinceOf(position, engineNowMs)
    const replay = new Replay({ position, engineNowMs, isRenewal, watch, moveTo })
    const open = (signal: AbortSignal) => client.events(since, signal)
    if ((await follow(open, replay, watch.signal)) === 'closed') return
  }
}

/** Follows one connection until the engine closes it, or until it is time for a new one. */
async function follow(
  open: (signal: AbortSignal) => AsyncIterator<Buffer>,
  replay: Replay,
  signal: AbortSignal,
): Promise<'closed' | 'renew'> {
  const ending = new AbortController()
  const chunks = open(AbortSignal.any([signal, ending.signal]))
  const splitter = new LineSplitter(LINE_BYTES_MAX)
  const renewal = setTimeout(() => ending.abort(), CONNECTION_MS_MAX)
  try {
    for await (const chunk of chunksOrSilence(chunks, REPLAY_QUIET_MS)) {
      if (chunk === SILENCE) await replay.end()
      else await replay.take(readLines(splitter.push(chunk)))
    }
    return 'closed'
  } catch (error) {
    if (ending.signal.aborted) return 'renew'
    throw error
  } finally {
    clearTimeout(renewal)
    // Also when storing failed: the request would go on without a reader.
    ending.abort()
  }
}

const SILENCE = Symbol('silence')

/**
 * The chunks of a stream, and `SILENCE` once: when the first pause of `quietMs` came. Whoever stops
 * before the end has to end the stream by its own signal.
 */
async function* chunksOrSilence(
  chunks: AsyncIterator<Buffer>,
  quietMs: number,
): AsyncGenerator<Buffer | typeof SILENCE> {
  let wasSilent = false
  for (;;) {
    const next = chunks.next()
    // It is awaited below; until then a failure must not count as one that nobody sees.
    next.catch(() => undefined)
    if (!wasSilent && (await isSilent(next, quietMs))) {
      wasSilent = true
      yield SILENCE
    }
    const { done, value } = await next
    if (done) return
    yield value
  }
}

async function isSilent(next: Promise<unknown>, quietMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const silence = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(true), quietMs)
  })
  const sound = next.then(() => false)
  try {
    return await Promise.race([sound, silence])
  } finally {
    clearTimeout(timer)
    sound.catch(() => undefined)
  }
}
