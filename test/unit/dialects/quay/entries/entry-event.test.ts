import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseNewEvent } from '../../../../../src/core/boundary/parse-event.ts'
import { parseReportedEvent } from '../../../../../src/core/boundary/parse-reported-event.ts'
import type { JsonObject } from '../../../../../src/core/event/event.ts'
import { eventOfEntry } from '../../../../../src/dialects/quay/entries/entry-event.ts'
import { QUAY_KINDS } from '../../../../../src/dialects/quay/entries/kinds.ts'
import { type LogEntry, readLogEntry } from '../../../../../src/dialects/quay/entries/log-entry.ts'
import { presentEntry } from '../../../../../src/dialects/quay/present.ts'

const RECEPTION = {
  receivedMicros: 1_800_000_000_000_000,
  tenant: 'default',
  anyTenant: false,
  source: { kind: 'quay', name: 'main' },
}
const PLACE = { sourceName: 'main', namespace: 'acme', occurrence: 0 }
const PUSH: LogEntry = {
  kind: 'push_repo',
  metadata: {
    repo: 'app',
    namespace: 'acme',
    tag: 'v1',
    'user-agent': 'docker/24',
    username: 'bob',
  },
  ip: '192.0.2.7',
  second: 1_718_737_153,
  performer: { name: 'acme+ci', isRobot: true },
}

/** What Quay writes for some kinds, and its page cannot do without. */
const NEEDED_BY_PAGE = { state_changed: 'READ_ONLY', event: 'repo_push', url: 'https://a.example' }

function idOf(entry: LogEntry, place: Partial<Parameters<typeof eventOfEntry>[1]> = {}): unknown {
  return eventOfEntry(entry, { ...PLACE, ...place }).source?.eventId
}

describe('an entry of a Quay as an event', () => {
  test('has a field for everything that has one', () => {
    const { event } = parseNewEvent(eventOfEntry(PUSH, PLACE), RECEPTION)
    expect(event).toMatchObject({
      time: '2024-06-18T18:59:13.000000Z',
      action: 'image.push',
      nativeAction: 'push_repo',
      category: 'image',
      outcome: 'success',
      level: 'info',
      actor: { name: 'acme+ci', kind: 'robot' },
      target: { type: 'image', namespace: 'acme', repository: 'app', tag: 'v1' },
      client: { ip: '192.0.2.7', userAgent: 'docker/24' },
      details: PUSH.metadata,
      source: { kind: 'quay', name: 'main' },
    })
  })

  test.each(QUAY_KINDS.map(({ kind, isFailure }) => [kind, isFailure] as const))(
    'is answered as the entry that it was: %s',
    (kind, isFailure) => {
      const entry = { ...PUSH, kind, metadata: { ...PUSH.metadata, ...NEEDED_BY_PAGE } }
      const { event } = parseNewEvent(eventOfEntry(entry, PLACE), RECEPTION)
      expect(event.outcome).toBe(isFailure ? 'failure' : 'success')
      const answered = readLogEntry(JSON.parse(JSON.stringify(presentEntry(event))))
      expect(answered?.entry).toEqual(entry)
    },
  )

  test('passes the boundary whatever a Quay says', () => {
    const anything = fc.record({
      kind: fc.string({ unit: 'binary', minLength: 1 }),
      metadata: fc
        .jsonValue({ maxDepth: 4, stringUnit: 'binary' })
        .map((x) => ({ x }) as JsonObject),
      ip: fc.option(fc.string()),
      second: fc.integer({ min: 0, max: 7_000_000_000 }),
      performer: fc.record({
        name: fc.string({ unit: 'binary', minLength: 1 }),
        isRobot: fc.boolean(),
      }),
    })
    fc.assert(
      fc.property(anything, fc.string({ unit: 'binary' }), (entry, namespace) => {
        const event = eventOfEntry(entry, { ...PLACE, namespace })
        const { event: stored } = parseReportedEvent(event, RECEPTION)
        // What an event cannot hold in its place is kept, and nothing is dropped.
        const kept = JSON.stringify(stored.details?.['asSent'] ?? {})
        if (stored.actor?.name === undefined) expect(kept).toContain('/actor/name')
        if (entry.ip && stored.client?.ip === undefined) expect(kept).toContain('/client/ip')
      }),
    )
  })

  test.each([
    ['too large', { stdout: 'x'.repeat(70_000) }],
    ['too large once it is written as UTF-8', { stdout: 'ü'.repeat(31_000) }],
    ['too deep', { a: JSON.parse(`${'['.repeat(40)}${']'.repeat(40)}`) }],
    ['with a NUL', { tag: 'a\0b' }],
  ] as const)('keeps metadata that is %s as text', (_, metadata) => {
    const { event } = parseNewEvent(eventOfEntry({ ...PUSH, metadata }, PLACE), RECEPTION)
    expect(event.details).toMatchObject({
      unreadable: expect.any(String),
      json: expect.any(String),
    })
    expect(JSON.stringify(metadata).startsWith(String(event.details?.['json']))).toBe(true)
  })

  test('of a kind that is newer than the table is kept under its own word', () => {
    const { event } = parseNewEvent(
      eventOfEntry({ ...PUSH, kind: 'Share_Repo2' }, PLACE),
      RECEPTION,
    )
    expect(event).toMatchObject({ action: 'quay.share-repo2', nativeAction: 'Share_Repo2' })
  })
})

describe('the id of an entry', () => {
  test('is the same however the entry was come by', () => {
    const { repo, ...others } = PUSH.metadata
    const ordered = { ...others, ...(repo !== undefined && { repo }) }
    expect(idOf({ ...PUSH, metadata: ordered })).toBe(idOf(PUSH))
    expect(idOf(PUSH, { repository: 'app' })).toBe(idOf(PUSH))
  })

  test('tells repositories apart that the metadata does not name', () => {
    const bare = { ...PUSH, metadata: {} }
    expect(idOf(bare, { repository: 'app' })).not.toBe(idOf(bare, { repository: 'other' }))
  })

  test('changes with everything that tells two entries apart', () => {
    const others = [
      idOf({ ...PUSH, kind: 'pull_repo' }),
      idOf({ ...PUSH, ip: null }),
      idOf({ ...PUSH, second: PUSH.second + 1 }),
      idOf({ ...PUSH, metadata: { ...PUSH.metadata, tag: 'v2' } }),
      idOf({ ...PUSH, performer: { name: 'acme+ci', isRobot: false } }),
      idOf(PUSH, { namespace: 'beta' }),
      idOf(PUSH, { occurrence: 1 }),
    ]
    expect(new Set([idOf(PUSH), ...others]).size).toBe(others.length + 1)
  })
})
