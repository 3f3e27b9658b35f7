/** The columns of the table of events, in their order. */
export const COLUMN_NAMES = [
  'time',
  'actor',
  'action',
  'target',
  'outcome',
  'source',
  'ip',
  'message',
  'namespace',
  'repository',
  'category',
  'level',
  'tenant',
  'received',
  'seq',
] as const

/** A column of the table of events. */
export type ColumnName = (typeof COLUMN_NAMES)[number]

/** The columns that are shown until others are chosen. */
export const DEFAULT_COLUMNS: readonly ColumnName[] = [
  'time',
  'actor',
  'action',
  'target',
  'outcome',
  'source',
  'ip',
]
