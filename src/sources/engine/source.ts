import { ENGINE_KIND } from '../../core/container-engine.ts'
import { inTime, LATE } from '../../core/time/in-time.ts'
import type { Watch, WatchedSource } from '../watched-source.ts'
import { type EngineClient, engineClient } from './client/engine-client.ts'
import type { EngineProduct } from './client/engine-greeting.ts'
import { LineSplitter } from './client/line-splitter.ts'
import { LINE_BYTES_MAX, readLines } from './client/read-lines.ts'
import { readPosition, sinceOf } from './position.ts'
import { Replay } from './replay.ts'
import type { EngineSettings } from './settings.ts'
import { Witness } from './witness.ts'

/**
 * How long one connection is kept, in milliseconds. Podman compares `since` with later events too,
 * so a clock that was set back silences it; and a host may vanish without closing the connection.
 * It is half of the overlap that is read again, so nothing is missed.
 */
const CONNECTION_MS_MAX = 30 * 60_000

/** Silence after which an engine counts as having replayed all events, in milliseconds. */
const REPLAY_QUIET_MS = 1000

/**
 * The events of one container engine, Docker or Podman, no matter which client caused them. See
 * docs/sources/engine.md.
 */
export function engineSource(settings: EngineSettings): WatchedSource {
  const client = engineClient(settings)
  const witness = new Witness(client)
  return {
    kind: ENGINE_KIND,
    name: settings.name,
    tenant: settings.tenant,
    watch: (watch) => watchEngine(client, witness, watch),
  }
}

async function watchEngine(client: EngineClient, witness: Witness, watch: Watch): Promise<void> {
  let position = readPosition(watch.position)
  for (let isRenewal = false; ; isRenewal = true) {
    const { nowMs: engineNowMs, product } = await client.greet(watch.signal)
    const openedAtMs = performance.now()
    const keepsEvents = product === 'podman'
    let hasSettled = false
    const replay = new Replay({
      ...{ position, engineNowMs, watch },
      hasRunOn: () => keepsEvents || isRenewal || witness.saw(openedAtMs),
      moveTo(next) {
        hasSettled = true
        position = next
        watch.moveTo({ ...next })
        // An event that the engine keeps proves that nothing after it is missing.
        if (next.eventId === undefined && !keepsEvents) witness.attend(watch.signal)
        else witness.dismiss()
      },
    })
    const since = sinceOf(position, engineNowMs)
    const stream = { product, open: (signal: AbortSignal) => client.events(since, signal) }
    try {
      if ((await follow(stream, replay, watch.signal)) === 'closed') return
    } finally {
      if (hasSettled) witness.firstEnded()
    }
  }
}

interface EventStream {
  readonly product: EngineProduct | undefined
  open(signal: AbortSignal): AsyncIterator<Buffer>
}

/** Follows one connection until the engine closes it, or until it is due for renewal. */
async function follow(
  { product, open }: EventStream,
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
      else await replay.take(readLines(splitter.push(chunk), product))
    }
    return 'closed'
  } catch (error) {
    if (ending.signal.aborted) return 'renew'
    throw error
  } finally {
    clearTimeout(renewal)
    // Needed when storing failed too: the request would go on without a reader.
    ending.abort()
  }
}

const SILENCE = Symbol('silence')

/**
 * The chunks of a stream, with one `SILENCE` at the first pause of `quietMs`. A caller that stops
 * before the end must abort the stream by its own signal.
 */
async function* chunksOrSilence(
  chunks: AsyncIterator<Buffer>,
  quietMs: number,
): AsyncGenerator<Buffer | typeof SILENCE> {
  let wasSilent = false
  for (;;) {
    const next = chunks.next()
    // It is awaited below; until then a failure must not count as an unhandled rejection.
    next.catch(() => undefined)
    if (!wasSilent && (await inTime(next, quietMs)) === LATE) {
      wasSilent = true
      yield SILENCE
    }
    const { done, value } = await next
    if (done) return
    yield value
  }
}
