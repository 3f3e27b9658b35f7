import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseReportedEvent } from '../../../../src/core/boundary/parse-reported-event.ts'
import { eventOfEntry } from '../../../../src/dialects/quay/entries/entry-event.ts'
import type { LogEntry } from '../../../../src/dialects/quay/entries/log-entry.ts'
import { readLogEntry } from '../../../../src/dialects/quay/entries/log-entry.ts'
import { jsonText } from '../../../../src/dialects/quay/entries/stored-json.ts'
import { readArchivedRow } from '../../../../src/dialects/quay/import/archive/archive-row.ts'
import { eventOfRow } from '../../../../src/dialects/quay/import/row-event.ts'
import { presentEntry } from '../../../../src/dialects/quay/present.ts'

const RECEPTION = {
  ...{ receivedMicros: 0, tenant: 'default', anyTenant: true },
  source: { kind: 'quay', name: 'main' },
}
const NAMES = {
  kind: () => 'push_repo',
  account: () => ({ name: 'acme', isRobot: false }),
  repository: () => undefined,
}
const DATETIME = '2026-11-18 10:00:00'

/** What the dialect answers for a row with these values, for each of the ways into a ledger. */
function answered(metadata: string, ip = '192.0.2.1'): readonly string[] {
  const columns = { kind_id: 1, account_id: 1, performer_id: null, repository_id: null }
  const others = JSON.stringify({ ...columns, datetime: DATETIME, ip }).slice(1, -1)
  const archived = readArchivedRow(`{${others}, "metadata_json": ${metadata}}`)
  const row = {
    ...{ eventId: 'logentry3:1', kindId: 1, accountId: 1, performerId: null, repositoryId: null },
    ...{ datetime: DATETIME, ip, metadata, isMetadataCut: false },
    metadataBytes: Buffer.byteLength(metadata),
  }
  const answer =
    `{"kind": "push_repo", "ip": ${JSON.stringify(ip)}, "metadata": ${metadata},` +
    ' "datetime": "Wed, 18 Nov 2026 10:00:00 -0000"}'
  const value = { kind: 'push_repo', ip, metadata: {}, datetime: 'Wed, 18 Nov 2026 10:00:00 -0000' }
  const read = readLogEntry(value, answer)?.entry
  const origin = { sourceName: 'main', tenant: undefined }
  if (archived === undefined || read === undefined) throw new Error('unreadable')
  return [
    eventOfRow(row, NAMES, origin).event,
    eventOfRow({ eventId: 'a', ...archived.content }, NAMES, origin).event,
    eventOfEntry(read, { sourceName: 'main', namespace: 'acme', occurrence: 0 }),
  ].map((event) => jsonText(presentEntry(parseReportedEvent(event, RECEPTION).event) ?? {}))
}

/** Numbers as Python writes them, and what is answered in their place. */
const numbers = fc.constantFrom(
  ...[
    ['12345678901234567890', '12345678901234567890'],
    ['1.0', '1.0'],
    ['-0.0', '-0.0'],
    ['1e400', '1e400'],
    ['1e-7', '1e-7'],
    ['0.1000000000000000055511151231257827', '0.1000000000000000055511151231257827'],
    ['NaN', '"NaN"'],
    ['-Infinity', '"-Infinity"'],
    ['Infinity', '"Infinity"'],
    ['7', '7'],
  ],
)

test('metadata is served as it was stored, however it came into the ledger', () => {
  const members = fc.array(
    fc.tuple(
      fc.string({ unit: 'binary' }).filter((key) => !/^\d+$/.test(key)),
      numbers,
    ),
    { minLength: 1, maxLength: 5 },
  )
  fc.assert(
    fc.property(members, fc.constantFrom('', 'asSent', 'metadata_json'), (pairs, reserved) => {
      const own: [string, string[]][] = reserved === '' ? [] : [[reserved, ['1.0', '1.0']]]
      const all = [...new Map([...pairs, ...own, ['z', ['2.0', '2.0']]])]
      const text = (at: 0 | 1) =>
        `{${all.map(([key, number]) => `${JSON.stringify(key)}: ${number[at]}`).join(', ')}}`
      for (const answer of answered(text(0))) {
        expect(answer).toContain(`"metadata":${text(1)},`)
        // A body that JSON.parse refuses would take the whole page down.
        expect(() => JSON.parse(answer)).not.toThrow()
      }
    }),
  )
})

test.each(['::ffff:10.0.0.1', 'not-an-ip', '10.0.0.8, 10.0.0.9', 'fe80::1%eth0', '10.0.0.1'])(
  'the address %j is served as it was stored',
  (ip) => {
    for (const answer of answered('{"tag":"a"}', ip)) {
      expect(JSON.parse(answer)).toMatchObject({ ip, metadata: { tag: 'a' } })
      expect(Object.keys(JSON.parse(answer).metadata)).toEqual(['tag'])
    }
  },
)

test('the id of an entry is that of its metadata as JSON.parse reads it', () => {
  const entry: LogEntry = { kind: 'push_repo', metadata: { n: 1 }, ip: null, second: 5 }
  const place = { sourceName: 'main', namespace: 'acme', occurrence: 0 }
  const exact = eventOfEntry({ ...entry, metadataText: '{"n": 1.0}' }, place)
  expect(exact.source).toEqual(eventOfEntry(entry, place).source)
})
