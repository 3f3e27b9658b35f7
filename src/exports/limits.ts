// The limits of exports: how many run, how much is kept, and how deliveries are made.

const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** Exports of all namespaces that run at once; each namespace runs one at a time. */
export const EXPORTS_RUNNING_MAX = 3
/** Exports of one tenant that run at once, so that it cannot block other tenants. */
export const TENANT_EXPORTS_RUNNING_MAX = 2
/** Exports of one tenant that wait or run; further requests are rejected. */
export const EXPORTS_WAITING_MAX = 100
/** Exports of one user that wait or run; further requests are rejected. */
export const USER_EXPORTS_WAITING_MAX = 50
/**
 * Exports that are remembered, with or without files; the oldest finished ones are dropped first.
 */
export const EXPORTS_REMEMBERED_MAX = 1000
/** How long a finished export is remembered, ms. */
export const EXPORT_REMEMBERED_MS = 30 * DAY_MS

/** How long a file is kept after its export has finished, ms: longer than any link to it lives. */
export const FILE_KEPT_MS = 7 * DAY_MS
/** Bytes of all files together. An export that would exceed it fails. */
export const FILES_BYTES_MAX = 64 * 1024 ** 3
/** Bytes of the events in one archive with proofs: they are on disk until it is made. */
export const EVIDENCE_EVENT_BYTES_MAX = 16 * 1024 ** 3
/** How long an archive with proofs waits for a checkpoint that covers its events, ms. */
export const EVIDENCE_CHECKPOINT_MS_MAX = 30 * SECOND_MS
/** Entries written to a file in one go; requests are answered in between. */
export const ENTRIES_WRITTEN_AT_ONCE = 256

/** How often an export is started, interruptions included, before it has failed for good. */
export const RUNS_MAX = 12
/** Longest pause before a failed export is started again, ms. */
export const RUN_PAUSE_MS_MAX = 10 * MINUTE_MS

/** Callbacks and mails that are being sent at once. */
export const DELIVERIES_RUNNING_MAX = 8
/** Deliveries of one tenant that run at once, so that unreachable receivers cannot block others. */
export const TENANT_DELIVERIES_RUNNING_MAX = 4
/** How long a delivery is retried after its export has finished, ms. */
export const DELIVERY_TRIED_MS = DAY_MS
/** Longest pause between delivery attempts, ms. */
export const DELIVERY_PAUSE_MS_MAX = HOUR_MS
/** Longest pause before a rejected change of the records is retried, ms. */
export const STORE_PAUSE_MS_MAX = 10 * SECOND_MS
/** Pause after the first failure, ms; it doubles with each further failure. */
export const FIRST_PAUSE_MS = SECOND_MS

/** Longest callback URL, in characters. */
export const CALLBACK_URL_LENGTH_MAX = 2048
/** Longest time for a callback, from resolving the host to the end of the answer, ms. */
export const CALLBACK_MS_MAX = 30 * SECOND_MS
/** Bytes that are read of the answer to a callback; only its status matters. */
export const CALLBACK_ANSWER_BYTES_MAX = 64 * 1024
/** Addresses of a host that are tried. */
export const CALLBACK_ADDRESSES_MAX = 16

/** Longest e-mail address, in characters (RFC 5321 section 4.5.3.1.3). */
export const EMAIL_LENGTH_MAX = 254
/** Longest time without progress while a mail is sent, ms. */
export const MAIL_SILENCE_MS_MAX = 30 * SECOND_MS

/** How often expired files and exports are cleaned up, ms. */
export const SWEEP_EVERY_MS = HOUR_MS
/** Longest description of a failure, in characters. */
export const PROBLEM_LENGTH_MAX = 300
