import type { Readable } from 'node:stream'
import type { Principal } from '../../access/directory/principal.ts'
import type { ExportJob } from './export-job.ts'

/** An export that somebody asks for, with everything checked. */
export interface ExportOrder {
  /** The name of the form; see `ExportForm`. */
  readonly form: string
  readonly tenant: string
  readonly namespace: string
  /** Absent: the whole namespace. */
  readonly repository?: string | undefined
  /** Inclusive, microseconds since the epoch. */
  readonly fromMicros: number
  /** Exclusive, microseconds since the epoch. */
  readonly toMicros: number
  readonly requester: Pick<Principal, 'userId' | 'name' | 'tokenId' | 'scopes'>
  readonly callbackUrl?: string | undefined
  readonly callbackEmail?: string | undefined
  /** Scheme and host of the request: links begin so, unless the installation has a public URL. */
  readonly requestBase: string
}

/** What a link leads to. */
type LinkedFile =
  | { readonly state: 'open'; readonly bytes: number; readonly content: Readable }
  | { readonly state: 'expired' }
  /** The link is forged, or the file is gone. */
  | { readonly state: 'missing' }

/** Where exports are asked for, looked at and fetched. */
export interface ExportDesk {
  /** Whether mails can be sent. */
  readonly canMail: boolean
  /** How long a link lives, in seconds. */
  readonly linkSeconds: number
  /** Why a callback may not go to this URL, judged by its host's present addresses. */
  refusalOf(callbackUrl: string): Promise<string | undefined>
  /**
   * Queues an export and answers its id; it is durable once this resolves. `announce` is called
   * with the id when there is room for it and before it is kept, so that what cannot be recorded
   * does not happen.
   *
   * @throws Fault `request.too-many` when too many exports of the tenant wait; `store.unavailable`.
   */
  accept(order: ExportOrder, announce: (id: string) => Promise<void>): Promise<string>
  /** Every export that is remembered, latest first; of one that runs with its entries so far. */
  jobs(): readonly ExportJob[]
  /** The file that a link names; `token` is what the link carries. */
  open(fileName: string, token: string): Promise<LinkedFile>
}
