import { Type } from 'typebox'
import { Value } from 'typebox/value'
import type { RecordStore } from '../../access/records/record-store.ts'
import { type JsonObject, OWN_ACTOR } from '../../core/event/event.ts'
import type { AuditTrail } from '../../ledger/audit-trail.ts'
import type { Ledger } from '../../ledger/ledger.ts'

/** Kind of the records that name the predecessor of a ledger, by the origin of the successor. */
const PREDECESSOR_RECORD = 'ledger-predecessor'

const Head = { size: Type.Integer({ minimum: 0 }), rootHash: Type.String() }

const PredecessorSchema = Type.Object({
  origin: Type.String(),
  logName: Type.String(),
  /** Size and root that were signed last, with the signed note; absent if nothing was found. */
  signed: Type.Optional(Type.Object({ ...Head, checkpoint: Type.String() })),
  /** What the store had of it when the successor began. */
  held: Type.Object(Head),
})

/** A ledger that another one succeeds; hashes are in base64. */
export type Predecessor = Type.Static<typeof PredecessorSchema>

/** Keeps what the first event of a successor has to say. */
export async function keepPredecessor(
  records: RecordStore,
  successor: string,
  predecessor: Predecessor,
): Promise<void> {
  await records.put({ kind: PREDECESSOR_RECORD, id: successor, body: predecessor })
}

/** The ledger that this one succeeds; undefined for one that succeeds none. */
export async function readPredecessor(
  records: RecordStore,
  successor: string,
): Promise<Predecessor | undefined> {
  const body = (await records.get(PREDECESSOR_RECORD, successor))?.body
  return Value.Check(PredecessorSchema, body) ? Value.Parse(PredecessorSchema, body) : undefined
}

/**
 * Two ledgers under one name would be two histories of one.
 *
 * @throws Error when the ledger of a place would sign under the name of the one that it succeeds.
 */
export async function requireNewName(
  { records, origin }: FirstEventOptions['place'],
  logName: string,
): Promise<void> {
  if ((await readPredecessor(records, origin))?.logName !== logName) return
  throw new Error(
    `ledger.publicName is ${logName}, which names the old ledger: set another one, or none`,
  )
}

/** What the first event of a ledger needs. */
interface FirstEventOptions {
  readonly place: { readonly records: RecordStore; readonly origin: string }
  readonly ledger: Ledger
  readonly audit: AuditTrail
  readonly tenant: string
}

/** Records which ledger this one succeeds, before anything else is in it. */
export async function recordPredecessor(options: FirstEventOptions): Promise<void> {
  const { place, ledger, audit, tenant } = options
  const { size, readOnly } = ledger.status()
  if (size > 0 || readOnly !== undefined) return
  const predecessor = await readPredecessor(place.records, place.origin)
  if (predecessor === undefined) return
  await audit.record({
    tenant,
    action: 'ledger.succession',
    actor: OWN_ACTOR,
    outcome: 'success',
    target: { type: 'ledger', name: place.origin },
    message: `this ledger succeeds ${predecessor.origin}`,
    details: { predecessor: detailsOf(predecessor) },
    eventId: `ledger-succession/${predecessor.origin}`,
  })
}

function detailsOf({ origin, logName, signed, held }: Predecessor): JsonObject {
  return { origin, logName, held: { ...held }, ...(signed && { signed: { ...signed } }) }
}
