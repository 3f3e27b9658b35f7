import { isMembers } from '../../../core/json.ts'
import { type LogRow, METADATA_LENGTH_MAX } from './log-row.ts'

/** A row of an archive: everything but its id, which Quay does not write there. */
export type RowContent = Omit<LogRow, 'eventId'>

/** What Quay writes in place of an address that is not known. */
const NO_ADDRESS = 'None'
/** The key under which Quay archives metadata that it could not read itself. */
const RAW_METADATA = '__raw'

/** Reads the JSON text of an archived row; undefined for what is none. */
export function readArchivedRow(text: string): RowContent | undefined {
  const row: unknown = JSON.parse(text)
  if (!isMembers(row)) return undefined
  const { kind_id, account_id, performer_id, repository_id, datetime, ip } = row
  if (!isId(kind_id) || !isId(account_id) || typeof datetime !== 'string') return undefined
  const metadata = metadataText(row['metadata_json'])
  return {
    kindId: kind_id,
    accountId: account_id,
    performerId: isId(performer_id) ? performer_id : null,
    repositoryId: isId(repository_id) ? repository_id : null,
    datetime,
    ip: typeof ip === 'string' && ip !== NO_ADDRESS ? ip : null,
    metadata: metadata.slice(0, METADATA_LENGTH_MAX),
    isMetadataCut: metadata.length > METADATA_LENGTH_MAX,
    metadataBytes: Buffer.byteLength(metadata),
  }
}

function metadataText(value: unknown): string {
  if (value === undefined || value === null) return ''
  // Quay writes an object; a text is what the column held.
  if (typeof value === 'string') return value
  const raw = isMembers(value) && Object.keys(value).length === 1 ? value[RAW_METADATA] : undefined
  if (typeof raw === 'string') return raw
  return JSON.stringify(value)
}

function isId(value: unknown): value is number {
  return Number.isSafeInteger(value)
}
