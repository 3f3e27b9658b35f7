import type { ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../../src/core/event/event.ts'
import { engineClient } from '../../../../src/sources/engine/client/engine-client.ts'
import { engineSource } from '../../../../src/sources/engine/source.ts'
import type { SourceGap, WatchedSource } from '../../../../src/sources/watched-source.ts'
import { eventually } from '../../../support/eventually.ts'
import { type ScriptedEngine, startScriptedEngine } from './scripted-engine.ts'

let engine: ScriptedEngine
let source: WatchedSource
let stopping: AbortController
let position: JsonObject | undefined
let gaps: SourceGap[]
/** Answers to the connections that wait for events. */
let streams: ServerResponse[]
let moves: number

beforeEach(async () => {
  engine = await startScriptedEngine()
  streams = []
  engine.scripts = [(response) => void streams.push(response)]
  source = engineSource({ name: 'host1', socket: engine.socket })
  stopping = new AbortController()
  position = undefined
  gaps = []
  moves = 0
})

afterEach(async () => {
  stopping.abort()
  await engine.close()
})

function watch(): Promise<void> {
  const watching = source.watch({
    position,
    signal: stopping.signal,
    store: async () => undefined,
    gap: async (gap) => void gaps.push(gap),
    moveTo(next) {
      moves += 1
      position = next
    },
  })
  // The end of a test aborts it.
  watching.catch(() => undefined)
  return watching
}

const until = (what: string, isSo: () => boolean) =>
  eventually(
    async () => isSo(),
    (is) => is,
    { what },
  )

/** Connects, and waits until the engine has fallen silent. */
async function connect(): Promise<Connection> {
  const before = moves
  const ended = watch()
  await until('the engine is silent', () => moves > before)
  return { ended }
}

interface Connection {
  readonly ended: Promise<void>
}

const cut = (response: ServerResponse | undefined) => response?.socket?.destroy()

describe('an engine that had no event yet, whose idle connection is cut', () => {
  test('has no gap while a second connection shows that it runs on', async () => {
    const first = await connect()
    await until('a second connection', () => engine.witnesses.length === 1)
    cut(streams[0])
    // It ends as it may: nothing is wrong with the engine.
    await expect(first.ended).resolves.toBeUndefined()
    const second = await connect()
    cut(engine.witnesses[0])
    await until('another second connection', () => engine.witnesses.length === 2)
    cut(streams[1])
    await second.ended
    await connect()
    expect(gaps).toEqual([])
  })

  test('has one when both connections end, as in a restart', async () => {
    const first = await connect()
    await until('a second connection', () => engine.witnesses.length === 1)
    cut(streams[0])
    cut(engine.witnesses[0])
    await first.ended
    await connect()
    expect(gaps).toHaveLength(1)
  })

  test('has one when another process watched it before', async () => {
    position = { timeNano: '1795349746273326421' }
    await connect()
    expect(gaps).toMatchObject([{ from: '2026-11-22T12:15:46.273326Z' }])
  })

  test('has none, and needs no second connection, when it keeps its events in a file', async () => {
    engine.answers = { '/_ping': { body: 'OK', headers: { 'Libpod-Api-Version': '4.3.1' } } }
    const first = await connect()
    cut(streams[0])
    await first.ended
    await connect()
    expect(gaps).toEqual([])
    expect(engine.witnesses).toEqual([])
  })

  test('is no failure when the proxy answers that nothing came for too long', async () => {
    engine.scripts = [(response) => response.writeHead(504).end('<html>')]
    await expect(watch()).resolves.toBeUndefined()
  })
})

describe('which engine it is', () => {
  const version = (name: string) => ({ body: JSON.stringify({ Components: [{ Name: name }] }) })

  test.each([
    [{ Server: 'Docker/20.10.24+dfsg1 (linux)' }, undefined, 'docker'],
    [{ Server: 'Libpod/4.3.1 (linux)' }, undefined, 'podman'],
    [{ 'Libpod-Api-Version': '4.0.0' }, undefined, 'podman'],
    [{ Server: 'nginx' }, 'Engine', 'docker'],
    [{}, 'Podman Engine', 'podman'],
    [{ Server: 'nginx' }, 'Another Engine', undefined],
    [{}, undefined, undefined],
  ])('%j and version %s: %s', async (headers, name, product) => {
    engine.answers = {
      '/_ping': { body: 'OK', headers },
      ...(name !== undefined && { '/version': version(name) }),
    }
    const client = engineClient({ name: 'host1', socket: engine.socket })
    expect(await client.greet(stopping.signal)).toMatchObject({ product })
  })
})

test('what an image, a network and a command are is read from the engine', async () => {
  const client = engineClient({ name: 'host1', socket: engine.socket })
  engine.answers = {
    '/images/sha256%3A0e0/json': { body: '{"Id":"sha256:0e04","RepoTags":["team/app:1",7]}' },
    '/networks/ab': { body: '{"Id":"abab","Name":"backend"}' },
    '/exec/ee/json': { body: '{"ContainerID":"cdcd"}' },
    '/exec/ff/json': { body: '{}' },
  }
  const { signal } = stopping
  expect(await client.image('sha256:0e0', signal)).toEqual({
    ...{ id: 'sha256:0e04', names: ['team/app:1'] },
  })
  expect(await client.network('ab', signal)).toEqual({ id: 'abab', name: 'backend' })
  expect(await client.containerOfExec('ee', signal)).toBe('cdcd')
  expect(await client.containerOfExec('ff', signal)).toBeUndefined()
  expect(await client.image('none', signal)).toBeUndefined()
})
