import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Administration } from '../../access/directory/administration.ts'
import type { Directory } from '../../access/directory/directory.ts'
import type { RecordStore } from '../../access/records/record-store.ts'
import type { SavedSearches } from '../../access/saved-searches/saved-search.ts'
import type { Sessions } from '../../access/sign-in/sessions.ts'
import type { SignIn } from '../../access/sign-in/sign-in.ts'
import type { TokenSignIn } from '../../access/sign-in/token-sign-in.ts'
import type { AccessKeys } from '../../access/tokens/access-keys.ts'
import type { SecretBox } from '../../access/tokens/secret-box.ts'
import type { CursorCodec } from '../../core/query/cursor.ts'
import type { EventReaders } from '../../core/query/query.ts'
import type { Clock } from '../../core/time/timestamp.ts'
import type { ExportDesk } from '../../exports/jobs/export-desk.ts'
import type { AuditTrail } from '../../ledger/audit-trail.ts'
import type { LedgerCheckpoints, ShownLedger } from '../../ledger/checkpoint/ledger-checkpoints.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { LedgerStatements } from '../../ledger/statement/ledger-statements.ts'
import type { LedgerVerifier } from '../../ledger/verification/ledger-verifier.ts'
import type { ApiDescription } from './api-description.ts'

/** What every dialect may use. Requests read through the `events` of their `RequestContext`. */
export interface DialectContext {
  readonly readers: EventReaders
  readonly ledger: Ledger
  /** What is published of the ledger; undefined while the instance must not sign. */
  readonly checkpoints: LedgerCheckpoints | undefined
  /** What the store has of the ledger of another origin; undefined without a checkpoint of it. */
  readonly otherLedger: (origin: string) => Promise<ShownLedger | undefined>
  /** Compares stored events with what was signed; undefined while the instance must not sign. */
  readonly verifier: LedgerVerifier | undefined
  /** States what each tenant has in the ledger; undefined while the instance must not sign. */
  readonly statements: LedgerStatements | undefined
  /** Where a dialect records what was done through it: sign-ins, exports. */
  readonly audit: AuditTrail
  /** Operational state: positions of collectors, export jobs, sessions. */
  readonly records: RecordStore
  readonly directory: Directory
  /** Changes users, grants, tokens and access keys, and records that. */
  readonly administration: Administration
  /** Checks a password, within limits that hold over all dialects, and records the attempt. */
  readonly signIn: SignIn
  /** Checks a token that a session is to begin with, likewise. */
  readonly signInWithToken: TokenSignIn
  readonly sessions: Sessions
  /** Pairs of keys with which requests are signed. */
  readonly accessKeys: AccessKeys
  /** Searches under a name. */
  readonly savedSearches: SavedSearches
  /** Seals texts with the key of this instance, for one purpose. */
  readonly secretBox: (purpose: string) => SecretBox
  /** Takes orders for exports, which are written to files and reported when they are done. */
  readonly exports: ExportDesk
  readonly cursors: CursorCodec
  readonly clock: Clock
  /** The tenant of an installation that has one: of tokens that name none. */
  readonly defaultTenant: string
}

/**
 * One API that Waybill answers in: its routes, credentials, shapes and errors.
 *
 * `register` runs inside a Fastify scope of its own: parsers, hooks and the error handler that it
 * sets apply to its routes alone. Routes carry their whole path, since the vendors' paths begin
 * at the root. Nothing starts before `register` is called.
 */
export interface Dialect {
  readonly name: string
  /** Path prefixes whose unknown routes this dialect answers, e.g. `/api/v1/`. */
  readonly prefixes: readonly string[]
  /** The error for an unknown path under its prefixes; absent: `resource.missing`. */
  readonly unknownPath?: () => Error
  /** How the API document describes it; absent: it is not in the document. */
  readonly api?: ApiDescription
  register(scope: FastifyInstance, context: DialectContext): void
  /**
   * Answers what the framework refuses before it looks for a route, such as a path that cannot be
   * decoded; absent: as the native API does.
   */
  answerError?(error: FastifyError, request: FastifyRequest, reply: FastifyReply): unknown
}
