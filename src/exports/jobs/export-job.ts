import { type Static, Type } from 'typebox'
import { SCOPES } from '../../access/directory/principal.ts'

/** How far an export is. */
export const EXPORT_STATUSES = ['queued', 'running', 'success', 'failed', 'canceled'] as const

/** Where the result of an export is told: a POST to a URL, or a mail. */
export const CHANNELS = ['callback', 'email'] as const

/** How a delivery stands. `waiting` holds until it is made or given up. */
export const DELIVERY_STATUSES = ['waiting', 'delivered', 'failed'] as const

/** Telling one receiver how an export ended. */
export const Delivery = Type.Object({
  channel: Type.Enum(CHANNELS),
  /** The URL, or the address. */
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

/** An export as it is kept, of kind `export`. Times are microseconds since the epoch. */
export const ExportJob = Type.Object({
  id: Type.String(),
  /** The instance that runs it and has its file; see `ExportsOptions.origin`. */
  origin: Type.String(),
  /** The form that it is written and told in; see `ExportForm.name`. */
  form: Type.String(),
  tenant: Type.String(),
  namespace: Type.String(),
  /** Absent: the whole namespace. */
  repository: Type.Optional(Type.String()),
  /** Inclusive. */
  fromMicros: Type.Number(),
  /** Exclusive. */
  toMicros: Type.Number(),
  /** The user that asked for it. */
  requester: Type.Object({
    userId: Type.String(),
    name: Type.String(),
    /** With what it asked; absent in exports of older versions. */
    tokenId: Type.Optional(Type.String()),
    scopes: Type.Optional(Type.Array(Type.Enum(SCOPES))),
  }),
  /** Name of its file; unguessable, and the same however often it is begun. */
  fileName: Type.String(),
  /** What a link to the file begins with: scheme, host and path, without a slash at the end. */
  linkBase: Type.String(),
  status: Type.Enum(EXPORT_STATUSES),
  requestedMicros: Type.Number(),
  /** Start of the latest run. */
  startedMicros: Type.Optional(Type.Number()),
  finishedMicros: Type.Optional(Type.Number()),
  /** Times that it was begun. */
  runs: Type.Integer(),
  /** When it may be begun. */
  nextRunMicros: Type.Number(),
  entries: Type.Integer(),
  bytes: Type.Integer(),
  /** Whether the finished file is still there. */
  hasFile: Type.Boolean(),
  /** Why the latest run failed. */
  problem: Type.Optional(Type.String()),
  deliveries: Type.Array(Delivery),
})
export type ExportJob = Readonly<Omit<Static<typeof ExportJob>, 'deliveries'>> & {
  readonly deliveries: readonly Delivery[]
}

/** Whether an export has ended, well or not. */
export function isFinished({ status }: ExportJob): boolean {
  return status === 'success' || status === 'failed' || status === 'canceled'
}
