import { expect, it } from 'vitest'
import { serverSink } from '../../../../src/cli/client/collector-sink.ts'
import type { ServerRequest } from '../../../../src/cli/client/server-client.ts'
import { parseEventBody } from '../../../../src/core/boundary/parse-event-body.ts'
import type { Event } from '../../../../src/core/event/event.ts'
import type { NewEvent } from '../../../../src/core/event/new-event.ts'

const TOKEN_RECEPTION = {
  receivedMicros: Date.UTC(2026, 10, 22) * 1000,
  tenant: 'red',
  anyTenant: false,
  source: { kind: 'api', name: 'collector' },
  otherSources: 'any' as const,
}

/** What a server would store of events that a command collected or imported. */
async function stored(events: readonly unknown[], tenant?: string): Promise<readonly Event[]> {
  const kept: Event[] = []
  const ask = async ({ body }: ServerRequest) => {
    const drafts = parseEventBody(Buffer.from(String(body)), 'ndjson', TOKEN_RECEPTION)
    kept.push(...drafts.map((draft) => draft.event))
    return Response.json({ accepted: drafts.length, duplicates: 0 })
  }
  const signal = new AbortController().signal
  const sink = serverSink({ ask, kind: 'quay-import', name: 'q', tenant, signal })
  await sink.append(events as readonly NewEvent[])
  return kept
}

it('an odd field of a collected row costs a field and never the run', async () => {
  const [odd, plain] = await stored([
    {
      action: 'image.push',
      time: '0001-01-01T00:00:00Z',
      source: { eventId: 'row-1' },
      client: { ip: 'fe80::1%eth0' },
      actor: { name: 'n'.repeat(600) },
      details: { large: 'x'.repeat(70_000), nul: '\0' },
      colour: 1,
    },
    { action: 'image.pull', source: { eventId: 'row-2' }, outcome: 'failure' },
  ])
  expect(odd).toMatchObject({
    action: 'image.push',
    tenant: 'red',
    source: { kind: 'quay-import', name: 'q', eventId: 'row-1' },
    client: { ip: 'fe80::1' },
    details: {
      nul: '\ufffd',
      asSent: {
        '/time': '0001-01-01T00:00:00Z',
        '/client/ip': 'fe80::1%eth0',
        '/actor/name': 'n'.repeat(600),
        '/colour': 1,
        '/details': { bytes: 70_027 },
      },
    },
  })
  expect(plain).toMatchObject({ level: 'error', source: { eventId: 'row-2' } })
  expect(plain).not.toHaveProperty('details')
})

it('events keep the names that their collector gave them, and no other', async () => {
  const id = '0199c3f0-0000-7000-8000-00000000000a'
  const [byId, unnamed] = await stored([{ action: 'image.push', id }, { action: 'image.push' }])
  expect(byId).toMatchObject({ id, source: { eventId: id } })
  expect(unnamed?.source).toEqual({ kind: 'quay-import', name: 'q' })
})

it('events are of the tenant that the command names', async () => {
  expect(await stored([{ action: 'image.push' }], 'red')).toMatchObject([{ tenant: 'red' }])
  await expect(stored([{ action: 'image.push' }], 'blue')).rejects.toThrow('not valid')
})

it('an unreadable event is kept as a dead letter, and the others are stored', async () => {
  const kept = await stored([{ action: 'image.push' }, { action: 'nonsense' }])
  expect(kept.map(({ action }) => action)).toEqual(['image.push', 'source.dead-letter'])
  expect(kept[1]).toMatchObject({
    source: { kind: 'quay-import', name: 'q' },
    details: { body: '{"action":"nonsense"}' },
  })
})
