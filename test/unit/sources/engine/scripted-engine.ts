import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type OutgoingHttpHeaders, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What the engine does with one connection to its events. */
export type Script = (response: ServerResponse, since: string) => void

/** An engine on a Unix socket that does what real ones do only when they break. */
export interface ScriptedEngine {
  readonly socket: string
  /** `since` of each connection so far. */
  readonly asked: readonly string[]
  /** Answers to the connections that ask for no event. */
  readonly witnesses: ServerResponse[]
  /** What it answers to everything else, by path. */
  answers: Readonly<
    Record<string, { readonly body: string; readonly headers?: OutgoingHttpHeaders }>
  >
  /** The `Date` that its answers carry; undefined: the true one. */
  clockMs: number | undefined
  /** What the connections do, one after the other; the last one does what all later ones do. */
  scripts: readonly Script[]
  close(): Promise<void>
}

/** Starts an engine that answers `_ping`, `events` and what a test adds. */
export async function startScriptedEngine(): Promise<ScriptedEngine> {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-engine-'))
  const socket = join(folder, 'engine.sock')
  const asked: string[] = []
  const engine: ScriptedEngine = {
    socket,
    asked,
    witnesses: [],
    answers: { '/_ping': { body: 'OK' } },
    clockMs: undefined,
    scripts: [],
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
      rmSync(folder, { recursive: true, force: true })
    },
  }
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://engine')
    if (engine.clockMs !== undefined) {
      response.setHeader('Date', new Date(engine.clockMs).toUTCString())
    }
    if (url.pathname !== '/events') {
      const answer = engine.answers[url.pathname]
      response.writeHead(answer === undefined ? 404 : 200, answer?.headers).end(answer?.body)
      return
    }
    // The second connection, which asks for no event at all.
    if (url.searchParams.has('filters')) {
      engine.witnesses.push(response)
      return
    }
    const since = url.searchParams.get('since') ?? ''
    const script = engine.scripts[Math.min(asked.length, engine.scripts.length - 1)]
    asked.push(since)
    script?.(response, since)
  }).listen(socket)
  await once(server, 'listening')
  return engine
}

/** Sends texts, then keeps silent. */
export function tells(...lines: readonly string[]): Script {
  return (response) => response.write(lines.join('') || ' ')
}

/** Sends texts, then ends as it should. */
export function tellsAndEnds(...lines: readonly string[]): Script {
  return (response) => response.end(lines.join(''))
}

/** Sends texts, then vanishes: the connection is reset. */
export function tellsAndVanishes(...lines: readonly string[]): Script {
  return (response) => response.write(lines.join(''), () => response.socket?.destroy())
}
