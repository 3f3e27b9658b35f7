/** Bytes of a segment: one that a larger record needs is made larger. */
export const SEGMENT_BYTES = 16 * 1024 * 1024
/** Most bytes of all segments when the setting `journal.bytesMax` is not given. */
export const JOURNAL_BYTES_MAX = 4 * 1024 * 1024 * 1024
/** Bytes read at once when a journal is read after a start. */
export const READ_BYTES = 1024 * 1024
