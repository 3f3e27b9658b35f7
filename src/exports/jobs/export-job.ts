import { type Static, Type } from 'typebox'
import { SCOPES } from '../../access/directory/principal.ts'

/** The states of an export. */
export const EXPORT_STATUSES = ['queued', 'running', 'success', 'failed', 'canceled'] as const

/** How the receivers of an export are notified: by a POST to a URL, or by mail. */
export const CHANNELS = ['callback', 'email'] as const

/** The states of a delivery. `waiting` lasts until it is delivered or given up. */
export const DELIVERY_STATUSES = ['waiting', 'delivered', 'failed'] as const

/** The notification of one receiver about the result of an export. */
export const Delivery = Type.Object({
  channel: Type.Enum(CHANNELS),
  /** The URL, or the e-mail address. */
  to: Type.String(),
  status: Type.Enum(DELIVERY_STATUSES),
  attempts: Type.Integer(),
  /** When the next attempt is due, microseconds since the epoch. */
  nextAttemptMicros: Type.Number(),
  deliveredMicros: Type.Optional(Type.Number()),
  /** Why the last attempt failed. */
  problem: Type.Optional(Type.String()),
})
export type Delivery = Readonly<Static<typeof Delivery>>

/**
 * An export as it is stored, in a record of kind `export`. Times are microseconds since the epoch.
 */
export const ExportJob = Type.Object({
  id: Type.String(),
  /** The instance that runs it and has its file; see `ExportsOptions.origin`. */
  origin: Type.String(),
  /** Its form; see `ExportForm.name`. */
  form: Type.String(),
  tenant: Type.String(),
  namespace: Type.String(),
  /** Absent for the whole namespace. */
  repository: Type.Optional(Type.String()),
  /** Inclusive. */
  fromMicros: Type.Number(),
  /** Exclusive. */
  toMicros: Type.Number(),
  /** The user that requested it. */
  requester: Type.Object({
    userId: Type.String(),
    name: Type.String(),
    /** The token used for the request; absent in exports of older versions. */
    tokenId: Type.Optional(Type.String()),
    scopes: Type.Optional(Type.Array(Type.Enum(SCOPES))),
  }),
  /** Name of its file; unguessable, and the same for every run. */
  fileName: Type.String(),
  /** The beginning of links to the file: scheme, host and path, without a slash at the end. */
  linkBase: Type.String(),
  status: Type.Enum(EXPORT_STATUSES),
  requestedMicros: Type.Number(),
  /** Start of the latest run. */
  startedMicros: Type.Optional(Type.Number()),
  finishedMicros: Type.Optional(Type.Number()),
  /** How often it was started. */
  runs: Type.Integer(),
  /** Earliest time of the next run. */
  nextRunMicros: Type.Number(),
  entries: Type.Integer(),
  bytes: Type.Integer(),
  /** Size of the archive with the proofs of its events; absent without an archive. */
  proofBytes: Type.Optional(Type.Integer()),
  /** Whether the finished file still exists. */
  hasFile: Type.Boolean(),
  /** Why the latest run failed. */
  problem: Type.Optional(Type.String()),
  deliveries: Type.Array(Delivery),
})
export type ExportJob = Readonly<Omit<Static<typeof ExportJob>, 'deliveries'>> & {
  readonly deliveries: readonly Delivery[]
}

/** Whether an export has ended, successfully or not. */
export function isFinished({ status }: ExportJob): boolean {
  return status === 'success' || status === 'failed' || status === 'canceled'
}
