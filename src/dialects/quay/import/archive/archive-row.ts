import type { JsonObject } from '../../../../core/event/event.ts'
import { isMembers } from '../../../../core/json/json.ts'
import { recordableText } from '../../../../core/values/recordable-text.ts'
import { writtenValue } from '../../entries/log-entry.ts'
import { ADDRESS_POINTER } from '../../entries/metadata-details.ts'
import { keepsNumbers, memberTexts, parsePythonJson } from '../../python/python-json.ts'
import { type LogRow, METADATA_LENGTH_MAX } from '../log-row.ts'

/** A row of an archive: everything except its id, which Quay does not write there. */
export type RowContent = Omit<LogRow, 'eventId'>

/** A row of an archive that was parsed. */
export interface ReadContent {
  readonly content: RowContent
  /** Identifies the row: its content, with the metadata as parsed by JSON.parse. */
  readonly identity: RowContent
}

/** What Quay writes for an unknown address. */
const NO_ADDRESS = 'None'
/** The key under which Quay archives metadata that it could not read itself. */
const RAW_METADATA = '__raw'
/** Longest text of a value that no column accepts, in UTF-16 units. */
const ODD_LENGTH_MAX = 1024

/** Parses the JSON text of an archived row; undefined when it is not one. */
export function readArchivedRow(text: string): ReadContent | undefined {
  const row = parsed(text)
  if (!isMembers(row)) return undefined
  const { kind_id, account_id, performer_id, repository_id, datetime, ip } = row
  if (!isId(kind_id) || !isId(account_id) || typeof datetime !== 'string') return undefined
  const columns = {
    kindId: kind_id,
    accountId: account_id,
    performerId: isId(performer_id) ? performer_id : null,
    repositoryId: isId(repository_id) ? repository_id : null,
    datetime,
    ip: typeof ip === 'string' && ip !== NO_ADDRESS ? ip : null,
  }
  const metadata = metadataText(row['metadata_json'], text)
  const stored = keepsNumbers(text) ? undefined : storedText(row['metadata_json'], text)
  const identity = { ...columns, ...metadataColumns(metadata) }
  const asSent = {
    ...oddValue('/actor/id', performer_id, isId),
    ...oddValue('/target/id', repository_id, isId),
    ...oddValue(ADDRESS_POINTER, ip, (value) => typeof value === 'string'),
  }
  return {
    identity,
    content: {
      ...(stored === undefined ? identity : { ...columns, ...metadataColumns(stored) }),
      ...(Object.keys(asSent).length > 0 && { asSent }),
    },
  }
}

function parsed(text: string): unknown {
  try {
    return parsePythonJson(text)
  } catch {
    return undefined
  }
}

function metadataColumns(metadata: string) {
  return {
    metadata: metadata.slice(0, METADATA_LENGTH_MAX),
    isMetadataCut: metadata.length > METADATA_LENGTH_MAX,
    metadataBytes: Buffer.byteLength(metadata),
  }
}

/** The text of metadata that is an object, with the numbers as written. */
function storedText(value: unknown, rowText: string): string | undefined {
  const isObject = isMembers(value) && rawOf(value) === undefined
  return isObject ? memberTexts(rowText).get('metadata_json') : undefined
}

function metadataText(value: unknown, rowText: string): string {
  if (value === undefined || value === null) return ''
  // Quay writes an object; a string is the content of the column.
  if (typeof value === 'string') return value
  try {
    return rawOf(value) ?? JSON.stringify(value)
  } catch {
    // Only for metadata with thousands of levels.
    return memberTexts(rowText).get('metadata_json') ?? ''
  }
}

function oddValue(pointer: string, value: unknown, isFit: (value: unknown) => boolean): JsonObject {
  if (value === undefined || value === null || isFit(value)) return {}
  return { [pointer]: recordableText(writtenValue(value), ODD_LENGTH_MAX) }
}

function rawOf(value: unknown): string | undefined {
  const raw = isMembers(value) && Object.keys(value).length === 1 ? value[RAW_METADATA] : undefined
  return typeof raw === 'string' ? raw : undefined
}

function isId(value: unknown): value is number {
  return Number.isSafeInteger(value)
}
