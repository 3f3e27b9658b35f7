import { expect, test } from 'vitest'
import { readArchivedRow } from '../../../../../../src/dialects/quay/import/archive/archive-row.ts'
import { ArchivedRowNames } from '../../../../../../src/dialects/quay/import/archive/archived-row-names.ts'

function file(name: string, holds?: { firstId: number; lastId: number }) {
  const range = holds === undefined ? undefined : { table: 'logentry3' as const, ...holds }
  return { path: name, name, bytes: 1, holds: range }
}

function row(members: object = {}) {
  const text = JSON.stringify({
    ...{ kind_id: 1, account_id: 2, performer_id: null, repository_id: 3 },
    ...{ datetime: '2024-06-18 18:59:13', ip: 'None', metadata_json: { tag: 'a' } },
    ...members,
  })
  return readArchivedRow(text)?.identity ?? text
}

const FILE = file('1-3-logentry3.txt.gz', { firstId: 1, lastId: 3 })

test('equal rows of a file have different names, and the same ones when it is read again', () => {
  const read = () => {
    const names = new ArchivedRowNames(FILE)
    return [row(), row({ kind_id: 9 }), row()].map((one) => names.nextOf(one))
  }
  expect(new Set(read()).size).toBe(3)
  expect(read()).toEqual(read())
  expect(read()[0]).toMatch(/^logentry3:1\+[0-9a-f]{32}\/0$/)
})

test('a file that was archived again with more rows names the same rows the same', () => {
  const longer = new ArchivedRowNames(file('1-4-logentry3.txt.gz', { firstId: 1, lastId: 4 }))
  expect(longer.nextOf(row())).toBe(new ArchivedRowNames(FILE).nextOf(row()))
})

test('equal rows of two files are two rows', () => {
  const other = new ArchivedRowNames(file('4-9-logentry3.txt.gz', { firstId: 4, lastId: 9 }))
  expect(other.nextOf(row())).not.toBe(new ArchivedRowNames(FILE).nextOf(row()))
  const renamed = new ArchivedRowNames(file('old.json.gz'))
  expect(renamed.nextOf(row())).toMatch(/^archive:old\.json\.gz\+/)
})

test('metadata is read as an object, as a text, or as what Quay could not read', () => {
  const metadataOf = (metadata_json: unknown) => {
    const read = row({ metadata_json })
    return typeof read === 'string' ? undefined : read.metadata
  }
  expect(metadataOf({ tag: 'a' })).toBe('{"tag":"a"}')
  expect(metadataOf('{"tag":"a"}')).toBe('{"tag":"a"}')
  expect(metadataOf({ __raw: 'not JSON' })).toBe('not JSON')
  expect(metadataOf(undefined)).toBe('')
})

test.each([{ kind_id: 'push' }, { account_id: null }, { datetime: 5 }])('%j is no row', (part) => {
  expect(typeof row(part)).toBe('string')
})
