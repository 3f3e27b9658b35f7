import { recordableText } from '../../../../core/values/recordable-text.ts'
import { type GapEvent, gapEvent } from '../../../../intake/gap.ts'
import type { ImportRequest } from '../../../collecting/importer.ts'
import type { ArchiveFile } from './archive-file.ts'
import type { ArchiveDamage } from './archive-rows.ts'

/** The event for an archive that could not be read completely. The same finding has the same id. */
export function damageEvent(
  file: ArchiveFile,
  damage: ArchiveDamage,
  { name, tenant }: ImportRequest,
): GapEvent {
  const { rows, rest, message: reason } = damage
  const place = rows === 0 ? 'none of its rows are stored' : `the ${rows} rows before it are stored`
  return gapEvent({
    identity: [file.name, file.bytes, rows, reason],
    source: { kind: 'quay', name },
    tenant,
    target: { type: 'log', name: file.name },
    message: `${file.path}: row ${rows + 1}: ${reason}; ${place}`,
    details: {
      file: file.name,
      bytes: file.bytes,
      rows,
      reason,
      ...(file.holds !== undefined && { ...file.holds }),
      ...(rest !== '' && { rest: recordableText(rest) }),
    },
  })
}
