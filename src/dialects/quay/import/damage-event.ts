import { createHash } from 'node:crypto'
import type { NewEvent } from '../../../core/new-event.ts'
import { recordableText } from '../../../core/recordable-text.ts'
import type { ImportRequest } from '../../importer.ts'
import type { ArchiveFile } from './archive-file.ts'
import type { ArchiveDamage } from './archive-rows.ts'

/** The event for an archive that could not be read to its end. The same finding has the same id. */
export function damageEvent(
  file: ArchiveFile,
  damage: ArchiveDamage,
  { name, tenant }: ImportRequest,
): NewEvent & { readonly message: string } {
  const { rows, rest, message: reason } = damage
  const identity = JSON.stringify([file.name, file.bytes, rows, reason])
  const place = rows === 0 ? 'none of its rows are stored' : `${rows} rows before that are stored`
  return {
    action: 'collector.gap',
    level: 'warn',
    outcome: 'failure',
    source: {
      kind: 'quay',
      name,
      eventId: `gap-${createHash('sha256').update(identity).digest('hex')}`,
    },
    ...(tenant !== undefined && { tenant }),
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
  }
}
