import type { Readable } from 'node:stream'
import type { Principal } from '../../access/directory/principal.ts'
import type { ExportJob } from './export-job.ts'

/** A validated request for an export. */
export interface ExportOrder {
  /** The name of the form; see `ExportForm`. */
  readonly form: string
  readonly tenant: string
  readonly namespace: string
  /** Absent for the whole namespace. */
  readonly repository?: string | undefined
  /** Inclusive, microseconds since the epoch. */
  readonly fromMicros: number
  /** Exclusive, microseconds since the epoch. */
  readonly toMicros: number
  readonly requester: Pick<Principal, 'userId' | 'name' | 'tokenId' | 'scopes'>
  readonly callbackUrl?: string | undefined
  readonly callbackEmail?: string | undefined
  /** Scheme and host of the request, which links begin with unless a public URL is configured. */
  readonly requestBase: string
}

/** The file behind a link. */
type LinkedFile =
  | { readonly state: 'open'; readonly bytes: number; readonly content: Readable }
  | { readonly state: 'expired' }
  /** The link is forged, or the file is gone. */
  | { readonly state: 'missing' }

/** Accepts requests for exports, and gives access to their status and files. */
export interface ExportDesk {
  /** Whether mails can be sent. */
  readonly canMail: boolean
  /** How long a link lives, in seconds. */
  readonly linkSeconds: number
  /**
   * Why a callback may not use this URL, according to the current addresses of its host; undefined
   * when it may.
   */
  refusalOf(callbackUrl: string): Promise<string | undefined>
  /**
   * Queues an export and returns its id; durable once this resolves. `announce` is called with the
   * id when there is room for the export and before it is stored, so that nothing happens which
   * cannot be recorded.
   *
   * @throws Fault `request.too-many` when too many exports of the tenant are waiting;
   * `store.unavailable`.
   */
  accept(order: ExportOrder, announce: (id: string) => Promise<void>): Promise<string>
  /** All remembered exports, latest first; running ones with their entries so far. */
  jobs(): readonly ExportJob[]
  /**
   * Events of this instance's ledger, as NDJSON with `seq`, with what proves them: a tar archive.
   * @throws Fault `ledger.read-only` while nothing is signed; as `evidenceArchive` does.
   */
  withProofs(lines: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>
  /**
   * Opens the proofs of the events in the file of an export; undefined without proofs, and when its
   * requester may no longer have it.
   */
  openProofs(
    id: string,
  ): Promise<{ readonly bytes: number; readonly content: Readable } | undefined>
  /** Opens the file that a link names; `token` comes from the link. */
  open(fileName: string, token: string): Promise<LinkedFile>
}
