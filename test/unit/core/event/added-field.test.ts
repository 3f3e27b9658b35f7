import { expect, test, vi } from 'vitest'

// A field is a row of the table: everything else is made from it. This table has one row more.
vi.mock('../../../../src/core/event/fields.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../../../src/core/event/fields.ts')>()
  const added = {
    path: '/target/platform',
    column: 'target_platform',
    ...{ filter: 'platform', member: 'p', isSearched: true, lengthMax: 20 },
  }
  return { ...original, EVENT_FIELDS: [...original.EVENT_FIELDS, added] }
})

const { parseEventBody } = await import('../../../../src/core/boundary/parse-event-body.ts')
const { parseReportedEvent } = await import('../../../../src/core/boundary/parse-reported-event.ts')
const { draftOf } = await import('../../../../src/core/event/draft.ts')
const columns = await import('../../../../src/store/clickhouse/event-columns.ts')
const { encodeRows, INSERTED_COLUMNS } = await import(
  '../../../../src/store/clickhouse/write/row-encoding.ts'
)
const { decodeEvent, EVENT_ROW_SQL } = await import(
  '../../../../src/store/clickhouse/read/event-row.ts'
)
const { canonicalJsonSql } = await import('../../../../src/store/clickhouse/canonical-sql.ts')
const { EXPORT_DOCUMENTS } = await import(
  '../../../../src/store/clickhouse/read/export-documents.ts'
)
const { textSql } = await import('../../../../src/store/clickhouse/filter/text-search.ts')
const { missingMemberSql } = await import('../../../../src/store/clickhouse/shapes/shape-values.ts')
const { EventSchema } = await import('../../../../src/dialects/native/events/event-json.ts')
const { NewEventSchema } = await import(
  '../../../../src/dialects/native/events/new-event-schema.ts'
)

const RECEPTION = {
  ...{ receivedMicros: 1_795_000_000_000_001, tenant: 'default', anyTenant: false },
  source: { kind: 'api', name: 'alice' },
}
const TARGET = { type: 'image', platform: 'linux/amd64', tag: '1.0' }
const SENT = { action: 'image.push', target: TARGET }

const parsed = (event: object) =>
  parseEventBody(Buffer.from(JSON.stringify(event)), 'json', RECEPTION)[0]

test('a field that is added to the table is read, checked and hashed', () => {
  const draft = parsed(SENT)
  expect(draft?.event.target).toEqual(TARGET)
  expect(draft?.canonical).toContain(
    '"target":{"platform":"linux/amd64","tag":"1.0","type":"image"}',
  )
  // The parser reads what cannot be copied, and sources have a reader of their own.
  expect(parsed({ ...SENT, message: 'a\n' })?.canonical).toContain('"platform":"linux/amd64"')
  expect(parseReportedEvent(SENT, RECEPTION).canonical).toContain('"platform":"linux/amd64"')
  expect(() => parsed({ ...SENT, target: { platform: 'x'.repeat(21) } })).toThrow(
    expect.objectContaining({
      problems: [{ path: '/target/platform', expected: 'at most 20 characters' }],
    }),
  )
})

test('it is stored, found, read back and exported', () => {
  const draft = parsed(SENT)
  if (draft === undefined) throw new Error('it was not read')
  expect(INSERTED_COLUMNS).toContain('target_platform')
  const { bytes } = encodeRows([draftOf(draft.event, draft.canonical)], {
    ...{ origin: 'here', request: '' },
  })
  expect(bytes.toString('latin1')).toContain('\u000blinux/amd64')
  const row = EVENT_ROW_SQL.split(', ').map((name) => ROW[name] ?? '')
  const { event } = decodeEvent(row as never)
  expect(event.target).toEqual(TARGET)
  expect(columns.FIELD_SQL).toHaveProperty('platform', 'target_platform')
  expect(columns.WHOLE_EVENT_SQL).toContain(
    "(position(target_members, 'p') > 0) = (target_platform != '')",
  )
  expect(missingMemberSql('platform' as never)).toBe("position(target_members, 'p') = 0")
  expect(canonicalJsonSql({ withSeq: false })).toContain(',"platform":')
  expect(EXPORT_DOCUMENTS.csv.columns).toContain('target_platform')
  expect(textSql('word', { add: () => '?' } as never)).toContain(', target_platform, ')
})

/** As the engine answers it. */
const ROW: Readonly<Record<string, string>> = {
  ...{ id: 'an id', target_platform: 'linux/amd64', target_tag: '1.0' },
  shape: 'info\0image\0api\0\0pt\0\0image.push\0\0unknown\0alice\0image',
  ...{ actor: '\0\0', texts: '\0\0\0\0\0' },
}

test('it is in what the API says of itself', () => {
  expect(EventSchema).toHaveProperty('properties.target.properties.platform')
  expect(NewEventSchema).toHaveProperty('properties.target.properties.platform.maxLength', 20)
})
