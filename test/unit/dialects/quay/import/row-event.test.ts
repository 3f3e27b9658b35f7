import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseReportedEvent } from '../../../../../src/core/boundary/parse-reported-event.ts'
import { QUAY_KINDS } from '../../../../../src/dialects/quay/entries/kinds.ts'
import { storedMetadata } from '../../../../../src/dialects/quay/entries/metadata-details.ts'
import { StoredJson } from '../../../../../src/dialects/quay/entries/stored-json.ts'
import type { LogRow } from '../../../../../src/dialects/quay/import/log-row.ts'
import { eventOfRow } from '../../../../../src/dialects/quay/import/row-event.ts'
import type { RowNames } from '../../../../../src/dialects/quay/import/row-names.ts'

const ORIGIN = { sourceName: 'main', tenant: undefined }
const RECEPTION = {
  receivedMicros: 0,
  tenant: 'default',
  anyTenant: true,
  source: { kind: 'api', name: 'test' },
  otherSources: 'any' as const,
}

const NAMES: RowNames = {
  kind: (id) => QUAY_KINDS[id]?.kind,
  account: (id) =>
    id === 7 ? { name: 'alice', email: 'alice@example.com', isRobot: false } : undefined,
  repository: (id) => (id === 11 ? 'app' : undefined),
}

function row(members: Partial<LogRow>): LogRow {
  const metadata = members.metadata ?? '{}'
  return {
    eventId: 'logentry3:1',
    kindId: QUAY_KINDS.findIndex(({ kind }) => kind === 'push_repo'),
    accountId: 7,
    performerId: 7,
    repositoryId: 11,
    datetime: '2024-06-18 18:59:13.5',
    ip: '10.0.0.9',
    metadata,
    isMetadataCut: false,
    metadataBytes: Buffer.byteLength(metadata),
    ...members,
  }
}

test('a row gives what it holds, its exact time, and the ids that Quay knows things by', () => {
  const { event, fate } = eventOfRow(row({ metadata: '{"repo":"app","tag":"1"}' }), NAMES, ORIGIN)
  expect(fate).toBe('whole')
  expect(event).toMatchObject({
    action: 'image.push',
    nativeAction: 'push_repo',
    outcome: 'success',
    time: '2024-06-18T18:59:13.500000Z',
    source: { kind: 'quay', name: 'main', eventId: 'logentry3:1' },
    actor: { id: '7', name: 'alice', email: 'alice@example.com', kind: 'user' },
    target: { namespace: 'alice', repository: 'app', tag: '1', id: '7/11' },
    client: { ip: '10.0.0.9' },
    details: { repo: 'app', tag: '1' },
  })
})

test('every row, whatever is in it, gives an event that the ledger takes', () => {
  const oddText = fc.string({ unit: 'binary', maxLength: 200 })
  const metadata = fc.oneof(
    fc.json(),
    oddText,
    fc.dictionary(fc.string(), fc.jsonValue()).map((value) => JSON.stringify(value)),
    fc
      .record({ message: oddText, tag: oddText, 'user-agent': oddText })
      .map((value) => JSON.stringify(value)),
    fc.integer({ min: 50_000, max: 200_000 }).map((length) => `{"a":"${'é'.repeat(length)}"}`),
  )
  const id = fc.oneof(fc.constantFrom(7, 11), fc.integer())
  const rows = fc.record({
    kindId: fc.integer({ min: -1, max: 150 }),
    accountId: id,
    performerId: fc.option(id),
    repositoryId: fc.option(id),
    datetime: fc.oneof(
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString().replace('T', ' ')),
      fc.constantFrom('infinity', '-infinity', '0044-03-15 00:00:00 BC', '2024-06-18 18:59:13'),
      oddText,
    ),
    ip: fc.option(fc.oneof(fc.ipV4(), fc.ipV6(), oddText)),
    metadata,
  })
  fc.assert(
    fc.property(rows, (members) => {
      const { event, fate } = eventOfRow(row(members), NAMES, ORIGIN)
      const draft = parseReportedEvent(event, RECEPTION)
      expect(draft.deduplicate).toBe(true)
      // Nothing is lost without a word: what is not whole can be read as text.
      if (fate === 'whole' && members.metadata !== '') {
        const stored = storedMetadata(draft.event.details ?? {})
        const { quay_kind_id: _added, ...metadata } =
          stored instanceof StoredJson ? JSON.parse(stored.text) : stored
        expect(metadata).toEqual(JSON.parse(members.metadata))
      }
      if (fate === 'as-text') expect(draft.event.details?.['json']).toBeDefined()
    }),
    { numRuns: 300 },
  )
})

test('metadata of which only the beginning was read says so', () => {
  const cut = row({ metadata: '{"log":"xxx', isMetadataCut: true, metadataBytes: 5_000_000 })
  expect(eventOfRow(cut, NAMES, ORIGIN)).toMatchObject({
    fate: 'cut',
    event: { details: { json: '{"log":"xxx', bytes: 5_000_000 } },
  })
})
