import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Event } from '../../../../src/core/event/event.ts'
import { createClock } from '../../../../src/core/time/timestamp.ts'
import { createAuditTrail } from '../../../../src/ledger/audit-trail.ts'
import type { Ledger } from '../../../../src/ledger/ledger.ts'
import { openLedger } from '../../../../src/ledger/open-ledger.ts'
import { createMetrics } from '../../../../src/server/observe/metrics.ts'
import { followSource } from '../../../../src/server/tasks/watched-sources.ts'
import { engineSource } from '../../../../src/sources/engine/source.ts'
import { ArrayEventWriter } from '../../../support/array-event-writer.ts'
import { eventually } from '../../../support/eventually.ts'
import { FaultyFiles } from '../../../support/faulty-files.ts'
import { MapRecordStore } from '../../access/records/map-record-store.ts'
import { captured, line } from '../../sources/engine/captured.ts'
import {
  type ScriptedEngine,
  startScriptedEngine,
  tells,
  tellsAndEnds,
  tellsAndVanishes,
} from '../../sources/engine/scripted-engine.ts'

let directory: string
let engine: ScriptedEngine
let writer: ArrayEventWriter
let files: FaultyFiles
let ledger: Ledger
let records: MapRecordStore
let stopping: AbortController
let following: Promise<void> | undefined
let warnings: unknown[]

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'waybill-watched-'))
  engine = await startScriptedEngine()
  writer = new ArrayEventWriter()
  files = new FaultyFiles()
  const journal = { startThread: files.start }
  ledger = await openLedger({ origin: 'test', writer, dataDirectory: directory, journal })
  records = new MapRecordStore()
  following = undefined
  warnings = []
})

afterEach(async () => {
  await stopFollowing()
  await engine.close()
  await ledger.close()
  rmSync(directory, { recursive: true, force: true })
})

function follow(): void {
  const clock = createClock()
  const { append } = ledger
  stopping = new AbortController()
  following = followSource(
    engineSource({ name: 'host1', socket: engine.socket }),
    {
      context: {
        ledger,
        audit: createAuditTrail({ append, origin: 'test', clock }),
        records,
        clock,
        defaultTenant: 'default',
      },
      metrics: createMetrics(ledger),
      log: { warn: (...told: unknown[]) => void warnings.push(told) },
    },
    stopping.signal,
  )
}

async function stopFollowing(): Promise<void> {
  stopping?.abort()
  await following
  following = undefined
}

const stored = (action?: string): readonly Event[] =>
  writer.rows.map((row) => row.event).filter((event) => (action ? event.action === action : true))

function storedUntil(accept: (events: readonly Event[]) => boolean) {
  return eventually(async () => stored(), accept, { what: 'events are stored' })
}

/** Waits until the position of an event is kept: until then nothing was decided about a gap. */
function keptUntil(second: number) {
  const timeNano = `${1_795_349_746 + second}273326421`
  return eventually(
    async () => (await records.load('watched-source-position'))[0]?.body,
    (body) => body?.['timeNano'] === timeNano,
    { what: `the position ${timeNano} is kept` },
  )
}

/** A start of a container, `second` seconds after the first one. */
function at(second: number, Action = 'start'): string {
  return line({ Action, timeNano: `${1_795_349_746 + second}273326421` })
}

const actions = () => stored().map(({ action }) => action)

describe('once', () => {
  test.each(['docker-events.jsonl', 'podman-events.jsonl'])(
    '%s replayed over and over is stored once',
    async (file) => {
      const text = captured(file).toString()
      engine.scripts = [tellsAndEnds(text, text), tellsAndEnds(text), tells(text)]
      const count = text.trimEnd().split('\n').length
      follow()
      await eventually(
        async () => engine.asked.length,
        (asked) => asked === 3,
        { what: 'three connections' },
      )
      await stopFollowing()
      follow()
      await eventually(
        async () => engine.asked.length,
        (asked) => asked === 4,
        { what: 'a connection of the next process' },
      )
      await stopFollowing()
      expect(stored()).toHaveLength(count)
    },
  )

  test('half a line of an engine that vanished is thrown away, and read again', async () => {
    const whole = at(2, 'stop')
    engine.scripts = [tellsAndVanishes(at(1), whole.slice(0, 70)), tells(at(1), whole)]
    follow()
    await storedUntil((events) => events.length === 2)
    expect(actions()).toEqual(['container.start', 'container.stop'])
    // A connection that is cut is everyday life behind a proxy.
    expect(warnings).toEqual([])
  })

  test('what a failed write left out is read again', async () => {
    engine.scripts = [tells(at(1), at(2, 'stop'))]
    files.nextFates = ['fail', 'write and fail']
    follow()
    await storedUntil((events) => events.length === 2)
    await eventually(
      async () => [...records.records.values()],
      (kept) => kept.length === 1,
      { what: 'the position is kept' },
    )
    expect(actions()).toEqual(['container.start', 'container.stop'])
  })
})

describe('where it goes on', () => {
  test('an hour before the last event, in whole seconds', async () => {
    engine.scripts = [tellsAndEnds(at(0), at(7200)), tells(at(7200))]
    engine.clockMs = 1_795_349_746_000 + 7_300_000
    follow()
    await eventually(
      async () => engine.asked,
      (asked) => asked.length === 2,
      { what: 'a second connection' },
    )
    expect(engine.asked).toEqual(['0', `${1_795_349_746 + 7200 - 3600}`])
  })

  test('at the beginning, when the clock of the engine was set back', async () => {
    engine.scripts = [tellsAndEnds(at(7200)), tells(at(7200), at(60, 'stop'))]
    engine.clockMs = 1_795_349_746_000
    follow()
    await storedUntil((events) => events.length === 2)
    await keptUntil(60)
    expect(engine.asked).toEqual(['0', '0'])
    expect(stored('source.gap')).toEqual([])
  })

  test('the position is kept after the events before it, and by the next process too', async () => {
    engine.scripts = [tells(at(1)), tells(at(1), at(2, 'stop'))]
    follow()
    await storedUntil((events) => events.length === 1)
    await stopFollowing()
    const [position] = await records.load('watched-source-position')
    expect(position).toMatchObject({
      id: 'engine/host1',
      body: { eventId: stored()[0]?.source.eventId, timeNano: '1795349747273326421' },
    })
    follow()
    await storedUntil((events) => events.length === 2)
    await keptUntil(2)
    expect(stored('source.gap')).toEqual([])
  })
})

describe('a gap', () => {
  test('is recorded when the engine has forgotten the last event that was read', async () => {
    engine.scripts = [tellsAndEnds(at(1)), tells(at(9, 'stop'))]
    follow()
    await storedUntil((events) => events.some(({ action }) => action === 'source.gap'))
    expect(stored('source.gap')).toMatchObject([
      {
        source: { kind: 'waybill', name: 'test' },
        tenant: 'default',
        level: 'warn',
        target: { type: 'source', name: 'engine/host1' },
        details: {
          from: '2026-11-22T12:15:47.273326Z',
          to: '2026-11-22T12:15:55.273326Z',
          reason: 'the engine was restarted or lost its events in another way',
        },
      },
    ])
    await stopFollowing()
    const [position] = await records.load('watched-source-position')
    expect(position?.body).toMatchObject({ timeNano: '1795349755273326421' })
  })

  test('has another reason when as much happened as Docker keeps', async () => {
    const many = Array.from({ length: 256 }, (_, index) => at(10 + index))
    engine.scripts = [tellsAndEnds(at(1)), tells(...many)]
    follow()
    await storedUntil((events) => events.some(({ action }) => action === 'source.gap'))
    expect(stored('source.gap')[0]?.details?.['reason']).toBe(
      'the engine had more events than it keeps',
    )
  })

  test('is recorded once, though the restarted engine has nothing to tell', async () => {
    engine.scripts = [tellsAndEnds(at(1)), () => undefined]
    follow()
    await storedUntil((events) => events.some(({ action }) => action === 'source.gap'))
    await stopFollowing()
    expect(stored('source.gap')).toHaveLength(1)
    const [position] = await records.load('watched-source-position')
    expect(Object.keys(position?.body ?? {})).toEqual(['timeNano'])
  })

  test('is none while the engine still has that event, whatever came before it', async () => {
    engine.scripts = [tellsAndEnds(at(1), at(5)), tells(at(1), at(5), at(3, 'stop'))]
    follow()
    await storedUntil((events) => events.length === 3)
    await keptUntil(3)
    expect(stored('source.gap')).toEqual([])
  })

  test('that could not be recorded is found again', async () => {
    engine.scripts = [tellsAndEnds(at(1)), tells(at(9, 'stop'))]
    // The first event, the one after the gap; then the gap, in vain.
    files.nextFates = ['write', 'write', 'fail']
    follow()
    await storedUntil((events) => events.some(({ action }) => action === 'source.gap'))
    expect(actions()).toEqual(['container.start', 'container.stop', 'source.gap'])
  })
})

describe('trouble', () => {
  test('lines that cannot be read are dead letters, and the others events', async () => {
    engine.scripts = [tells(at(1), 'nonsense\n', `{"a":"${'x'.repeat(300_000)}"}\n`, at(2, 'stop'))]
    follow()
    await storedUntil((events) => events.length === 4)
    expect(actions().sort()).toEqual([
      'container.start',
      'container.stop',
      'source.dead-letter',
      'source.dead-letter',
    ])
  })

  test('an engine that is not there is asked again until it is', async () => {
    const { socket } = engine
    await engine.close()
    follow()
    await eventually(
      async () => warnings.length,
      (count) => count > 0,
      { what: 'a warning' },
    )
    expect(JSON.stringify(warnings[0])).toContain('The container engine does not answer: host1')
    expect(JSON.stringify(warnings[0])).toContain(socket)
    engine = await startScriptedEngine()
  })

  test('an engine that refuses is reported with its reason', async () => {
    engine.scripts = [
      (response) => response.writeHead(400).end('{"message":"strconv: parsing"}'),
      tells(at(1)),
    ]
    follow()
    await storedUntil((events) => events.length === 1)
    expect(JSON.stringify(warnings)).toContain('status 400')
    expect(JSON.stringify(warnings)).toContain('strconv: parsing')
  })

  test('stopping does not wait for an engine that keeps silent', async () => {
    engine.scripts = [() => undefined]
    follow()
    await eventually(
      async () => engine.asked.length,
      (asked) => asked === 1,
      { what: 'a connection' },
    )
    await stopFollowing()
    expect(warnings).toEqual([])
  })
})
